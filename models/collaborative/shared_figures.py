"""The figures that a district shares: counts over enough students, and what it declares of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

FORMAT = 1
SHARES: Mapping[str, str] = {
    "on_track": "ended on track",
    "moved_up": "ended on track",
    "moved_down": "ended off track",
    "chronic_absence": "were chronically absent",
    "found": "were listed",
    "right": "ended off track",
    "planned": "had a plan later",
}
"""The shares by name, and what is said of those in them; that of a code is named `code table.column=value`."""
CODE = "code "


@dataclass(frozen=True)
class Share:
    """A share of `whole` students: `part` of them; None where those in it, or those not in it, are too few."""

    part: int | None
    whole: int


@dataclass(frozen=True)
class GroupCounts:
    """A group of the cohort: its students, those who ended off track, those listed, and those who are both."""

    name: str
    n: int
    off_track: int
    listed: int
    found: int


@dataclass(frozen=True)
class RiskBand:
    """Students first listed at a similar risk: how many, their mean risk, and how many ended off track."""

    n: int
    off_track: int
    mean_risk: float


@dataclass(frozen=True)
class WaitBand:
    """Students whose first contact or plan came more than `after` and at most `through` days after the first flag.

    `through` is None for the last band, which also holds those who had none.
    """

    after: int
    through: int | None
    n: int


@dataclass(frozen=True)
class Evidence:
    """What the district's own gate saw: the lead in recall of its model over the rule to beat, with its interval.

    Over how many students of all judged years, and how many of them ended off track, in tens: exact numbers of several
    years would tell of single students beside those of one year.
    """

    verdict: str
    students: int
    off_track: int
    lead: float
    low: float
    high: float


@dataclass(frozen=True)
class SharedFigures:
    """Everything that a district shares of one outcome and school year; `least` is its smallest group.

    `definition` is the digest of what decides the outcome: figures of another one are not compared. `groups` are by
    attribute.
    """

    format: int
    district_id: str
    outcome: str
    definition: str
    school_year: int
    made_on: date
    least: int
    students: int
    context: Mapping[str, str] = field(default_factory=dict)
    shares: Mapping[str, Share] = field(default_factory=dict)
    groups: Mapping[str, tuple[GroupCounts, ...]] = field(default_factory=dict)
    calibration: tuple[RiskBand, ...] = ()
    waits: tuple[WaitBand, ...] = ()
    evidence: Evidence | None = None
