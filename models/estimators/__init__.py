"""Estimators: the risk model, the published rule, baselines, and how they are fitted."""
