"""Data quality: what does not add up in the records of a district."""
