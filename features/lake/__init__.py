"""Tables of a lake, read by Spark with the same definitions as a district's own file is by DuckDB."""
