"""Rules that rows must keep: alone, against other tables, and against each other."""
