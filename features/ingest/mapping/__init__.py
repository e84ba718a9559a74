"""From the columns and cells of a file to canonical columns and typed values."""
