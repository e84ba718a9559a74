"""Training on a table that a data team prepared elsewhere."""
