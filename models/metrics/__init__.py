"""Metrics: how good risks and lists are, with intervals."""
