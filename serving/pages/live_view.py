"""What monitoring found, as pages show it: each check in words, and who got help by group."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from models.live_summary import HelpByGroup, LiveCheck, LiveFigure, LiveSummary, read_summary, summary_path
from presentation.numbers import of_100, school_year
from serving.pages.visit import Visit
from serving.wording.groups import attribute_words, row_words
from serving.wording.locale import Language
from serving.wording.monitoring import ASKS, VERDICTS

IN_SHARES = {"MON04", "MON05", "MON06", "MON07", "MON09", "MON10"}
"""Checks whose figure is a share, shown of 100; other figures are in the sentence alone."""


@dataclass(frozen=True)
class CheckLine:
    """A check in words; `found` and `bound` are of 100, and empty where the figure is no share."""

    asks: str
    verdict: str
    breach: bool
    found: str
    bound: str
    says: str


@dataclass(frozen=True)
class LiveView:
    """The last look at an outcome's lists."""

    on: date
    release_id: str
    breaches: int
    lines: tuple[CheckLine, ...]


@dataclass(frozen=True)
class HelpLine:
    """A group, and how many of 100 listed got help in time; a dash over too few."""

    group: str
    share: str


@dataclass(frozen=True)
class HelpTable:
    """The groups of an attribute."""

    title: str
    lines: tuple[HelpLine, ...]


@dataclass(frozen=True)
class HelpView:
    """Who got help in a school year, within so many days after they were first listed."""

    year: str
    days: int
    tables: tuple[HelpTable, ...]


def live_summary(visit: Visit, outcome: str) -> LiveSummary | None:
    """The summary of an outcome of the viewer's district; None before the first look."""
    return read_summary(summary_path(visit.context.settings, visit.educator.district_id, outcome))


def live_view(language: Language, found: LiveSummary) -> LiveView:
    """A look in words."""
    lines = tuple(check_line(language, one) for one in found.checks)
    return LiveView(found.on, found.release_id, sum(line.breach for line in lines), lines)


def check_line(language: Language, check: LiveCheck) -> CheckLine:
    """A check in words."""
    is_share = check.code in IN_SHARES
    return CheckLine(
        asks=language.translate(ASKS.get(check.code, "")) or check.title,
        verdict=language.translate(VERDICTS.get(check.verdict, "")) or check.verdict,
        breach=check.verdict == "breach",
        found=share_words(check.figure) if is_share and check.figure else "",
        bound=of_100(check.threshold) if is_share and check.threshold is not None else "",
        says=check.says,
    )


def share_words(figure: LiveFigure) -> str:
    """A share of 100, with its interval where it has one."""
    if figure.low == figure.high:
        return of_100(figure.estimate)
    return f"{of_100(figure.estimate)} ({of_100(figure.low)}–{of_100(figure.high)})"


def help_view(language: Language, found: LiveSummary, schools: Mapping[str, str]) -> HelpView | None:
    """Who got help by group; None where no school year with lists is over."""
    tables = tuple(help_tables(language, found.help, schools))
    if found.help_year is None or not tables:
        return None
    return HelpView(school_year(found.help_year), found.help_days, tables)


def help_tables(language: Language, shares: tuple[HelpByGroup, ...], schools: Mapping[str, str]) -> Iterator[HelpTable]:
    """A table for each attribute of which anything is told."""
    for attribute in dict.fromkeys(one.attribute for one in shares):
        own = [one for one in shares if one.attribute == attribute]
        if any(one.share for one in own):
            lines = tuple(
                HelpLine(
                    row_words(language, attribute, schools.get(one.group, one.group)),
                    share_words(one.share) if one.share else "–",
                )
                for one in own
            )
            yield HelpTable(attribute_words(language, attribute), lines)
