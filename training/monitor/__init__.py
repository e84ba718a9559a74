"""Monitoring: what is live, held against what was promised."""
