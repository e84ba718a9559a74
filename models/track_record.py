"""How often flags came true: of 100 students flagged like this, how many ended off track."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class TrackRecord:
    """How flags like one turned out: of `n` students of `school_years`, `off_track` ended off track.

    `like` says how alike they were: of a similar `risk`, or only on the same `list`. `per_hundred`, `low` and `high`
    (the interval) are counts of 100. `supported` are those of the others who had a contact or a plan first.
    """

    like: Literal["risk", "list"]
    n: int
    off_track: int
    supported: int
    per_hundred: float
    low: float
    high: float
    school_years: tuple[int, ...]


@dataclass(frozen=True)
class ListRecord:
    """How the lists of a school year turned out, each student counted once.

    Of `listed` students so many came true, did not, did not and were `supported` first, moved away, are still open, or
    cannot be told. `never_listed` ended off track without ever being listed, of `off_track` in all.
    """

    school_year: int
    listed: int
    came_true: int
    did_not: int
    supported: int
    moved_away: int
    still_open: int
    not_told: int
    never_listed: int
    off_track: int
