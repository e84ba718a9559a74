"""Students who move between districts of one installation: what goes with them, and where it is kept."""
