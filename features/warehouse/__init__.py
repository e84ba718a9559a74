"""The warehouse: one DuckDB file per district, and what is read from it as it is."""
