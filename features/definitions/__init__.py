"""Definitions in the words of the field: what is known about students, published rules, and outcomes."""
