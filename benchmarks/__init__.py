"""Measured speed and memory, each figure beside a peer or a limit of the same run."""
