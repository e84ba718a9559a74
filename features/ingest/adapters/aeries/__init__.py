"""The adapter of the Aeries API."""
