"""What districts of a collaborative share: suppressed aggregates in signed files, and nothing of a student."""
