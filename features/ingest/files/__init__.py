"""Files as they come: archives, encodings, CSV, and which file is of which table."""
