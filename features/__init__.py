"""Records in, and what can be known about a student on an as-of date."""
