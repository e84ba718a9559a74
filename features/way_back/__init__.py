"""The way back on track: what the outcome's own rule still requires of each student this year."""
