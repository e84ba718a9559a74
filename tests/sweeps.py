"""Sweeps: tests that try a few of many cases in `make test`, and all of them in `make sweep`."""

import os


def swept(name: str) -> bool:
    """Whether a sweep is tried in full: ONTRACK_SWEEP names it, or says `all`."""
    return bool({name, "all"} & set(os.environ.get("ONTRACK_SWEEP", "").split()))
