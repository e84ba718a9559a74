"""Sweeps: tests that try a few of many cases in `make test`, and all of them in `make sweep`."""

import os

from hypothesis import settings


def swept(name: str) -> bool:
    """Whether a sweep is tried in full: ONTRACK_SWEEP names it, or says `all`."""
    return bool({name, "all"} & set(os.environ.get("ONTRACK_SWEEP", "").split()))


def tried(in_suite: int, in_sweep: int, sweep: str = "properties") -> settings:
    """Settings of a property: so many examples in `make test`, so many in its sweep."""
    return settings(max_examples=in_sweep if swept(sweep) else in_suite, deadline=None)
