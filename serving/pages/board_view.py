"""What a board sees on one page: totals that School and district and Equity publish, this year beside the last.

Nothing is counted here: a figure that those pages may not tell is a dash on this one too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from presentation.numbers import of_100
from serving.pages.school_leaving import FIRST_GRADE, leaving_of, leaving_words
from serving.pages.school_totals import Period, Share, Totals
from serving.pages.school_view import NOBODY, ViewWords
from serving.wording.locale import Language

MONTH = re.compile(r"\d{4}-\d{2}")
Shares = Mapping[tuple[int, Period], Share]


@dataclass(frozen=True)
class BoardColumn:
    """A measure in one period, of 100 students; its `period` is empty where it has none."""

    measure: str
    period: str


@dataclass(frozen=True)
class BoardView:
    """The page's figures: sentences that lead, and a table by grade whose columns stand in pairs, then and now."""

    data_through: date
    says: tuple[str, ...]
    columns: tuple[BoardColumn, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def board_view(totals: Totals, language: Language) -> BoardView | None:
    """The figures of some totals; None where nothing may be told."""
    if not totals.grades:
        return None
    words = ViewWords(language, totals)
    pairs = [
        (language.translate("Passed every core course"), "passed"),
        (language.translate("Left the track"), "left"),
        (language.translate("Missed a tenth of the days or more"), "chronic"),
    ]
    columns, shares = list[BoardColumn](), list[tuple[Shares, Period]]()
    for title, measure in pairs:
        for period in then_and_now(totals, measure):
            columns.append(BoardColumn(title, period_words(words, period)))
            shares.append((totals.of(measure), period))
    rows = [
        (words.grade(grade), tuple(told(found.get((grade, at))) for found, at in shares)) for grade in totals.grades
    ]
    says = (passed_words(language, totals, words), leaving_words(language, leaving_of(totals), words.period))
    return BoardView(totals.data_through, tuple(filter(None, says)), tuple(columns), tuple(rows))


def told(share: Share | None) -> str:
    """A share of 100; a dash where it may not be told."""
    return NOBODY if share is None else of_100(share.share)


def then_and_now(totals: Totals, measure: str) -> list[Period]:
    """The latest period of a measure and, before it, the same a year earlier where anything of it is told."""
    periods = totals.periods(measure)
    if not periods:
        return []
    now = periods[-1]
    return [one for one in (year_before(now), now) if one in periods]


def year_before(period: Period) -> Period:
    """The same term or month of the school year before."""
    year, name = period
    return year - 1, f"{int(name[:4]) - 1}{name[4:]}" if is_month(period) else name


def is_month(period: Period) -> bool:
    """Whether a period is a month, and not a term."""
    return MONTH.fullmatch(period[1]) is not None


def period_words(words: ViewWords, period: Period) -> str:
    """A term with its school year, or a month with its own."""
    if not is_month(period):
        return words.period(period)
    year, month = period[1].split("-")
    return str(format_date(date(int(year), int(month), 1), "MMM y", words.language.locale))


def passed_words(language: Language, totals: Totals, words: ViewWords) -> str:
    """How many of the first grade are on track, beside the year before; empty where it may not be told."""
    found, periods = totals.of("passed"), then_and_now(totals, "passed")
    grades = [grade for grade in (FIRST_GRADE, *totals.grades) if periods and (grade, periods[-1]) in found]
    if not grades:
        return ""
    now, before = found[grades[0], periods[-1]], found.get((grades[0], periods[0]))
    said = language.translate(
        "In grade {grade}, {count} of 100 students passed every core course in {term}.",
        grade=grades[0], count=round(now.share * 100), term=words.period(periods[-1]),
    )  # fmt: skip
    if before is None or len(periods) == 1:
        return said
    then = language.translate(
        "In {term} it was {count}.", term=words.period(periods[0]), count=round(before.share * 100)
    )
    return f"{said} {then}"
