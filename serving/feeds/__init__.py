"""Scores in the form of other systems, sent to those that a district names."""
