"""What `ontrack.toml` says about a district's files, and whether it can be so."""
