"""The HTTP API for programs of a district."""
