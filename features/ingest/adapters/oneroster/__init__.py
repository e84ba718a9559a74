"""The adapter of OneRoster CSV packages."""
