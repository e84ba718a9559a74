"""Snapshots, labels, live features and evidence: definitions run against records."""
