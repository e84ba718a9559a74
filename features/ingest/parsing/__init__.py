"""From the rows of files to typed rows in the staging file."""
