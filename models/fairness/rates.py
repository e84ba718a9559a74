"""The rates of a list that an audit tells of each group."""

RATES = ("selection_rate", "recall", "false_positive_rate", "false_discovery_rate")
"""Rates of a list; their denominators are all students, those off track, those on track, and those listed."""
