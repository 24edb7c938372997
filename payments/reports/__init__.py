"""What finance takes away: each report reads the ledger, is streamed, and comes out the same byte for byte."""
