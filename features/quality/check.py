"""Runs every record check on a district's current records."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from features.errors import Refused
from features.quality.attendance_gaps import attendance_gap_findings, school_days
from features.quality.check_codes import CHECKS, Finding
from features.quality.completeness import (
    calendar_findings,
    policy_findings,
    quarantine_findings,
    running_year,
    spans_of,
    table_findings,
    unlisted_findings,
)
from features.quality.control_totals import total_findings
from features.quality.mark_scale import missing_terms, scale_findings
from features.quality.mixed_ids import mixed_id_findings
from features.quality.monthly_figures import Months, months_of
from features.quality.term_marks import Terms, marks_of
from features.quality.term_names import term_names
from features.quality.year_over_year import jump_findings
from features.settings import District
from features.warehouse.reader import Reader


@dataclass(frozen=True)
class RecordCheck:
    """What a check found, errors first, and the figures it looked at; `school_year` is None before any."""

    district: District
    today: date
    school_year: int | None
    findings: tuple[Finding, ...]
    months: Months = field(default_factory=dict)
    terms: Terms = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What training and scoring refuse."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What training and scoring say."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")


@dataclass(frozen=True)
class Figures:
    """Figures of one district as of today."""

    months: Months
    terms: Terms
    findings: tuple[Finding, ...]


def check_district(reader: Reader, district: District, today: date) -> RecordCheck:
    """A check of the district's current records known by today; reads the warehouse and changes nothing."""
    spans = spans_of(reader, today)
    year = running_year(spans, today)
    found = [*table_findings(reader, district, today), *calendar_findings(reader, spans, today)]
    counted = figures_of(reader, district, today, year) if year is not None else Figures({}, {}, ())
    waiting = [*quarantine_findings(reader, today), *unlisted_findings(reader, today)]
    of_load = [*policy_findings(reader, district), *mixed_id_findings(reader, district, today)]
    every = sorted_findings([*found, *counted.findings, *waiting, *of_load])
    return RecordCheck(district, today, year, every, counted.months, counted.terms)


def figures_of(reader: Reader, district: District, today: date, school_year: int) -> Figures:
    """Every figure, and what does not add up in it."""
    months, days = months_of(reader, today), school_days(reader, today)
    names = term_names(reader, today)
    marks = marks_of(reader, today, names, school_year)
    enrolled = sorted({(m.school_id, m.school_year) for m in months.values() if m.enrolled})
    findings = (
        *attendance_gap_findings(months, days, school_year),
        *total_findings(months, district, today),
        *jump_findings(months),
        *scale_findings(marks),
        *missing_terms(marks, names, enrolled, today),
    )
    return Figures(months, marks, findings)


def sorted_findings(findings: list[Finding]) -> tuple[Finding, ...]:
    """Errors first, then by code, the latest month first."""
    latest_first = sorted(findings, key=lambda one: one.month, reverse=True)
    return tuple(sorted(latest_first, key=lambda one: (one.severity, one.code)))


def by_code(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """The findings of each code, in the order in which codes are told."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.code, []).append(finding)
    return found


def summary(findings: Sequence[Finding], district_id: str) -> Iterator[str]:
    """A line for each code: its first finding, and how many more there are."""
    for code, those in by_code(findings).items():
        more = f" (and {len(those) - 1} more: ontrack check --district {district_id})" if len(those) > 1 else ""
        yield f"{CHECKS[code].severity} {those[0]}{more}"


def refuse_errors(found: RecordCheck) -> None:
    """Raise Refused where a check found an error, with a sentence for each kind."""
    if found.errors:
        lines = "\n".join(f"  {line}" for line in summary(found.errors, found.district.id))
        raise Refused(f"{found.district.id}: the records do not add up; mend them and load them again:\n{lines}")
