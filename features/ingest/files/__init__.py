"""Files as districts send them, read as streams: archives, encodings, CSV."""
