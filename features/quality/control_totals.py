"""Compares the totals that a district declares with its records."""

from collections.abc import Iterator
from datetime import date

from features.quality.check_codes import TOTAL_LEAST, TOTAL_OFF, TOTAL_WRONG, Finding
from features.quality.monthly_figures import Month, Months, year_after
from features.settings import District, Total


def total_findings(months: Months, district: District, today: date) -> Iterator[Finding]:
    """CHECK10 and CHECK11, for months that are over."""
    for total in district.totals:
        first = date.fromisoformat(f"{total.month}-01")
        if today < month_after(first):
            continue
        month = months.get((total.school_id, first))
        for name, declared, found in compared_totals(total, month):
            yield from total_finding(total, name, declared, found)


def month_after(first: date) -> date:
    """The first day of the next month."""
    return year_after(first.replace(month=1)) if first.month == 12 else first.replace(month=first.month + 1)


def compared_totals(total: Total, month: Month | None) -> list[tuple[str, float, float]]:
    """What is declared, and what the records add up to; nothing where they have no such school and month."""
    figures = {
        "students enrolled": (total.enrolled, month.enrolled if month else 0),
        "days of absence": (total.absent_days, month.absent_hundredths / 100 if month else 0),
        "incidents": (total.incidents, month.incidents if month else 0),
    }
    return [(name, declared, found) for name, (declared, found) in figures.items() if declared is not None]


def total_finding(total: Total, name: str, declared: float, found: float) -> Iterator[Finding]:
    """CHECK10 or CHECK11, where the two differ enough."""
    off = abs(found - declared)
    share = off / declared if declared else float(off > 0)
    if share > TOTAL_OFF:
        code = "CHECK10" if share > TOTAL_WRONG and off >= TOTAL_LEAST else "CHECK11"
        says = f"school {total.school_id}, {total.month}: {found:,.10g} {name}, declared are {declared:,.10g}"
        yield Finding(code, says, total.school_id, total.month)
