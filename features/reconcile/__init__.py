"""Reconciliation: whether what a district sent adds up, school by school and month by month."""
