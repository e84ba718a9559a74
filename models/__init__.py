"""A snapshot in, calibrated risk with reasons out."""
