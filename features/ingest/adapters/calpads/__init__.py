"""The adapter of CALPADS files."""
