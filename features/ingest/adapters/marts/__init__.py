"""Ed-Fi data in the shape of warehouse marts: which files have them, and the canonical rows that they hold."""
