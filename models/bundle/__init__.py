"""The bundle: a signed folder with everything that a scorer needs."""
