"""The file mapping: what `ontrack.toml` declares about a district's files, and its validation."""
