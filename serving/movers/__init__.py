"""Students who move between districts of one installation: signed packets, and who was told what."""
