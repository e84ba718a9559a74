"""A load: from a delivery through the staging file into the warehouse."""
