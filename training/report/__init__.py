"""Reports of a run: the page for a data team, and the one for a board."""
