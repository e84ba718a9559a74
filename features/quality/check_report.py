"""Reports a check of a district's records: as JSON, as tables, and as a line per code."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from features.quality.check import RecordCheck, by_code, summary
from features.quality.check_codes import CHECKS, Finding, month_of
from features.quality.control_totals import compared_totals
from features.quality.monthly_figures import Month, year_before
from features.quality.term_marks import TermMarks
from features.settings import Total

SHOWN = 8
"""Findings of one code that are printed; `--json` has all of them."""


def say_warnings(findings: Sequence[Finding], district_id: str) -> None:
    """Prints a check's findings on standard error, a line per code."""
    for line in summary(findings, district_id):
        typer.echo(line, err=True)


@dataclass(frozen=True)
class Chosen:
    """The part of a check that is asked for: one month, or the running school year."""

    found: RecordCheck
    month: date | None

    @property
    def school_year(self) -> int | None:
        """The month's school year, or the running one."""
        return max((m.school_year for m in self.found.months.values() if self.month in (None, m.month)), default=None)

    @property
    def months(self) -> list[Month]:
        """Every school's figures."""
        year, found = self.school_year, self.found.months.values()
        return [m for m in found if (m.month == self.month if self.month else m.school_year == year)]

    @property
    def terms(self) -> list[TermMarks]:
        """Every school's marks of the school year."""
        year = self.school_year
        return [term for term in self.found.terms.values() if term.school_year == year]

    @property
    def findings(self) -> list[Finding]:
        """What does not add up: in the month, or in no single one."""
        named = {"", month_of(self.month)} if self.month else None
        return [finding for finding in self.found.findings if named is None or finding.month in named]

    def as_json(self) -> dict[str, object]:
        """What `--json` prints."""
        return {
            "district": self.found.district.id,
            "today": self.found.today.isoformat(),
            "school_year": self.school_year,
            "months": [self.month_json(month) for month in self.months],
            "terms": [self.term_json(term) for term in self.terms],
            "findings": [finding.as_json() for finding in self.findings],
        }

    def month_json(self, month: Month) -> dict[str, object]:
        """A school's month, the same a year before, and what is declared of it."""
        before, declared = self.before(month), self.declared(month)
        return {
            **figures_json(month),
            "year_before": figures_json(before) if before else None,
            "declared": declared.model_dump(exclude={"school_id", "month"}) if declared else None,
        }

    def term_json(self, term: TermMarks) -> dict[str, object]:
        """A school's term, and how many marks it had a year before, then and by this time."""
        before = self.term_before(term)
        return {
            "school_id": term.school_id,
            "school_year": term.school_year,
            "term": term.term,
            "marks": term.marks,
            "mean_points": round(term.mean_points, 3),
            "top_points": term.top_points,
            "letters": dict(sorted(term.letters.items())),
            "year_before": before.marks if before else None,
            "year_before_by_now": before.in_time if before else None,
        }

    def before(self, month: Month) -> Month | None:
        """The same month a year before."""
        return self.found.months.get((month.school_id, year_before(month.month)))

    def declared(self, month: Month) -> Total | None:
        """What the district says of it."""
        totals = self.found.district.totals
        named = month.school_id, month_of(month.month)
        return next((total for total in totals if (total.school_id, total.month) == named), None)

    def term_before(self, term: TermMarks) -> TermMarks | None:
        """The same term a year before."""
        return self.found.terms.get((term.school_id, term.school_year - 1, term.term))


def figures_json(month: Month) -> dict[str, object]:
    """A month's figures as JSON takes them."""
    written = {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(month).items()}
    return {**written, "month": month_of(month.month), "absence_rate": month.absence_rate}


def print_check(chosen: Chosen, console: Console) -> None:
    """Prints figures, marks, declared totals and findings."""
    if chosen.months:
        console.print(months_table(chosen))
        console.print(terms_table(chosen))
    else:
        console.print(f"no school days {'in ' + month_of(chosen.month) if chosen.month else 'yet'}", highlight=False)
    if any(chosen.declared(month) for month in chosen.months):
        console.print(declared_table(chosen))
    for code, findings in by_code(chosen.findings).items():
        console.print(f"{code} {CHECKS[code].severity}: {CHECKS[code].means}", soft_wrap=True, highlight=False)
        for finding in findings[:SHOWN]:
            console.print(f"  {finding.says}", soft_wrap=True, highlight=False, markup=False)
        if len(findings) > SHOWN:
            console.print(f"  … and {len(findings) - SHOWN:,} more; --json has all of them", highlight=False)
    if not chosen.findings:
        console.print("nothing found: the records add up")


def table_of(title: str, names: Sequence[str], figures: Sequence[str]) -> Table:
    """An empty table with columns of names, then of figures."""
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), title_justify="left")
    for name in names:
        table.add_column(name, overflow="fold")
    for figure in figures:
        table.add_column(figure, overflow="fold", justify="right")
    return table


def months_table(chosen: Chosen) -> Table:
    """Every school's months, each figure with that of a year before."""
    title = f"{chosen.found.district.id} on {chosen.found.today}; in brackets the same month a year before"
    figures = ("Enrolled", "School\ndays", "Taken\nuntil", "Latest\nabsence", "Absent\n%", "Incidents")
    table = table_of(title, ("School", "Month"), figures)
    for month in chosen.months:
        table.add_row(*month_row(month, chosen.before(month)))
    return table


def month_row(month: Month, before: Month | None) -> tuple[str, ...]:
    """One school's month."""
    return (
        month.school_id,
        month_of(month.month),
        beside(f"{month.enrolled:,}", f"{before.enrolled:,}" if before else None),
        beside(f"{month.days}", f"{before.days}" if before else None),
        f"{month.taken_until:%m-%d}" if month.taken_until else "never",
        f"{month.latest_absence:%m-%d}" if month.latest_absence else "none",
        beside(rate_of(month), rate_of(before) if before else None),
        beside(f"{month.incidents:,}", f"{before.incidents:,}" if before else None),
    )


def rate_of(month: Month) -> str:
    """An absence rate in percent."""
    return "–" if month.absence_rate is None else f"{month.absence_rate * 100:.1f}"


def beside(figure: str, before: str | None) -> str:
    """A figure with that of a year before, where there is one."""
    return figure if before is None else f"{figure} ({before})"


def declared_table(chosen: Chosen) -> Table:
    """What the district declares, and what the records add up to."""
    table = table_of("Declared totals", ("School", "Month", "Total"), ("Declared", "Records"))
    for month in chosen.months:
        total = chosen.declared(month)
        for name, declared, found in compared_totals(total, month) if total else ():
            table.add_row(month.school_id, month_of(month.month), name, f"{declared:,.10g}", f"{found:,.10g}")
    return table


def terms_table(chosen: Chosen) -> Table:
    """Every school's marks of the school year by term."""
    title = "Marks; in brackets how many there were by this time a year before"
    table = table_of(title, ("School", "Term"), ("Marks", "Mean\npoints", "Top\npoints", "Letters"))
    for term in chosen.terms:
        before = chosen.term_before(term)
        marks = beside(f"{term.marks:,}", f"{before.in_time:,}" if before else None)
        letters = " ".join(sorted(term.letters))
        table.add_row(term.school_id, term.term, marks, f"{term.mean_points:.2f}", f"{term.top_points:g}", letters)
    return table
