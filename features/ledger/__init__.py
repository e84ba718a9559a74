"""The flag ledger: what became of every flag."""
