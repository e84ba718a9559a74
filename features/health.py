"""One finding of `ontrack doctor`: what was looked at, how it is, and what to do. Never a student's value."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from features.errors import Refused

Verdict = Literal["ok", "look", "wrong"]
"""`look` works, and somebody should know; `wrong` does not work, or lets others in."""

STALE = timedelta(days=14)
"""From when on records and lists are called old."""


@dataclass(frozen=True)
class HealthCheck:
    """What was found about one thing, in one district or in the installation, and what to do about it."""

    check: str
    verdict: Verdict
    found: str
    do: str = ""
    district: str | None = None


def run_check(check: str, ask: Callable[[], Iterable[HealthCheck]], district: str | None = None) -> list[HealthCheck]:
    """What a check found; one that breaks is itself a finding, told by the kind of its error alone."""
    try:
        return list(ask())
    except Refused as refused:
        return [HealthCheck(check, "wrong", str(refused), district=district)]
    except Exception as error:
        said = f"could not be looked at: {type(error).__name__}"
        return [HealthCheck(check, "wrong", said, "restore its back-up, or report this", district)]
