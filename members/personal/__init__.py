"""What we hold about a person: one list of it (`holdings`), by which it is given to them and by which it is erased."""
