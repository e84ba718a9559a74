"""For whom a list is wrong: the audit of a run."""
