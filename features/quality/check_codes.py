"""The record checks: each has a code, a severity and bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Severity = Literal["error", "warning"]

CALENDAR_GAP = 120
"""Days after its last school day for which a calendar still counts as running: longer than any summer."""
WITHOUT_CALENDAR = 0.01
"""Share of students in schools without a calendar that is an error."""
DISTRICT_SILENT, DISTRICT_LATE, SCHOOL_LATE = 20, 10, 5
"""School days without attendance."""
TOTAL_WRONG, TOTAL_OFF, TOTAL_LEAST = 0.10, 0.01, 5
"""Shares by which a declared total may be off, and the difference below which it is no error."""
RATE_MOVED, ENROLLMENT_MOVED, INCIDENTS_MOVED, POINTS_MOVED = 1.5, 1.25, 2.0, 2.0
"""Factors, up or down, against a year before."""
LETTER_SHARE = 0.02
"""Share of a term's marks below which a letter is too rare to come or go."""


@dataclass(frozen=True)
class Check:
    """One kind of finding: training and scoring refuse on an error and say a warning."""

    severity: Severity
    means: str


CHECKS: Mapping[str, Check] = {
    "CHECK01": Check("error", "A table that every score rests on has no current record."),
    "CHECK02": Check("warning", "Another table has no current record, and `sent` does not say that it never comes."),
    "CHECK03": Check("error", f"The calendar ended more than {CALENDAR_GAP} days ago, or has no school day yet."),
    "CHECK04": Check(
        "error", f"More than {WITHOUT_CALENDAR:.0%} of the students enrolled today are in schools without a calendar."
    ),
    "CHECK05": Check("warning", "Students are, or were, in schools without a calendar: no rate can be computed."),
    "CHECK06": Check("error", f"The whole district has sent no attendance for {DISTRICT_SILENT} school days or more."),
    "CHECK07": Check("warning", f"The whole district has sent no attendance for {DISTRICT_LATE} school days or more."),
    "CHECK08": Check(
        "warning", f"A school has sent no attendance for {SCHOOL_LATE} school days or more while others did."
    ),
    "CHECK09": Check("warning", "A school took attendance on fewer than half of a month's school days."),
    "CHECK10": Check("error", f"A declared total is off by more than {TOTAL_WRONG:.0%}, and by {TOTAL_LEAST} or more."),
    "CHECK11": Check("warning", f"A declared total is off by more than {TOTAL_OFF:.0%}."),
    "CHECK12": Check(
        "warning", f"The absence rate moved by a factor of {RATE_MOVED:g} or more beside the same month a year before."
    ),
    "CHECK13": Check(
        "warning", f"Enrollment moved by a factor of {ENROLLMENT_MOVED:g} or more beside the same month a year before."
    ),
    "CHECK14": Check(
        "warning", f"Incidents moved by a factor of {INCIDENTS_MOVED:g} or more beside the same month a year before."
    ),
    "CHECK15": Check(
        "warning", f"A mark that a school never gave before takes {LETTER_SHARE:.0%} of a term's marks or more."
    ),
    "CHECK16": Check(
        "warning", f"A mark that took {LETTER_SHARE:.0%} of a term's marks or more a year before is gone."
    ),
    "CHECK17": Check(
        "warning", f"Grade points are gone, or their mean or top moved by a factor of {POINTS_MOVED:g} or more."
    ),
    "CHECK18": Check("warning", "A term has no marks, though a year before it had them by this time."),
    "CHECK19": Check("warning", "Rows of files wait in quarantine."),
    "CHECK20": Check(
        "warning",
        "Students enrolled today are in no list, because of rows in quarantine; `--unlisted FILE` names them.",
    ),
    "CHECK21": Check(
        "warning", "What serves was trained under other policies of records than they are read by (`ontrack score`)."
    ),
    "CHECK22": Check("warning", "`ontrack.toml` declares other policies than those that the newest load read by."),
    "CHECK23": Check(
        "warning", "Student ids have the records of two people, mixed by earlier loads; `--for-sis FILE` names them."
    ),
}
"""Every check by code, in the order in which findings are listed."""


@dataclass(frozen=True)
class Finding:
    """One thing that does not add up: what it is, and where. Counts of students, never a student.

    `school_id` and `month` (YYYY-MM) are empty where it is about no single one.
    """

    code: str
    says: str
    school_id: str = ""
    month: str = ""

    @property
    def severity(self) -> Severity:
        """Whether training and scoring refuse."""
        return CHECKS[self.code].severity

    def __str__(self) -> str:
        return f"{self.code} {self.says}"

    def as_json(self) -> dict[str, str]:
        """What `--json` prints."""
        place = {"school_id": self.school_id, "month": self.month}
        return {"code": self.code, "severity": self.severity, **place, "says": self.says}


def month_of(day: date) -> str:
    """A day's month as YYYY-MM."""
    return f"{day:%Y-%m}"


def percent(share: float) -> str:
    """A share in percent, with one decimal."""
    return f"{share * 100:.1f}%"


def factor_between(one: float, other: float) -> float:
    """How many times the larger of two amounts is the smaller; infinite where only one of them is 0."""
    larger, smaller = max(one, other), min(one, other)
    if smaller > 0:
        return larger / smaller
    return float("inf") if larger > 0 else 1.0
