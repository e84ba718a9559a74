"""Fairness: figures by group, suppression of small groups, and the audit."""
