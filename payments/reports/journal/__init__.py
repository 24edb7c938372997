"""The ledger as a journal of plain-text accounting, so that other people's programs can say what they think of it."""
