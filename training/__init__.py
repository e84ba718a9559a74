"""Split, fit, evaluate, audit, gate verdict and report."""
