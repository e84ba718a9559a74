"""Explanations: reasons for a risk, how well they hold, and what changed since last time."""
