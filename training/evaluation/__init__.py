"""Evaluation on later years: fits, splits, calibration by date, leakage, weekly lists."""
