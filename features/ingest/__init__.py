"""Ingest: a district's files become rows of its warehouse, every one of them accounted for."""
