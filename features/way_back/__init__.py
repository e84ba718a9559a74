"""The way back on track: what the outcome's own rule still asks of each student this year."""
