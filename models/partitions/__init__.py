"""Trees of rows that lie as Parquet: read in blocks, by one process or by several that learn together."""
