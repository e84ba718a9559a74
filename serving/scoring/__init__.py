"""A scoring run: from a warehouse and a release to everything that pages and the API answer with."""
