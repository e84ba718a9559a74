"""Simulated districts: seeded raw records of students who do not exist, in the shape of a district's own files."""
