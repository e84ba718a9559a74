"""The checks of monitoring: each has a code, a verdict, a figure and its threshold, a sentence, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Literal

from models.metrics.bound_verdict import bound_verdict
from models.metrics.intervals import Interval, wilson_interval
from models.verdict import Verdict as JudgedVerdict

Verdict = Literal["ok", "breach", "not_enough_evidence"]
VERDICT_WORDS: Mapping[Verdict, str] = {
    "ok": "ok",
    "breach": "breach",
    "not_enough_evidence": "not enough evidence",
}


@dataclass(frozen=True)
class Question:
    """One question: its title, what is asked, and what to do on a breach."""

    title: str
    asks: str
    do: str


CODES: Mapping[str, Question] = {
    "MON01": Question(
        "records are fresh",
        "New attendance and new marks came within the school days set, and no school fell silent.",
        "Load the missing records; ask the school named whether attendance is taken and exported.",
    ),
    "MON02": Question(
        "features as when judged",
        "No feature is spread otherwise, or lacks more or fewer values, than in the year the scorer was judged on.",
        "See `ontrack check` and the export for the records behind them; where the change is real, train again.",
    ),
    "MON03": Question(
        "risks as when judged",
        "Risks are spread as they were in the year on which the scorer was judged.",
        "See the features that MON02 names; where none is, the cohort has changed: train again.",
    ),
    "MON04": Question(
        "risks of those listed hold",
        "Of those listed, as many ended off track as their risks said, within the bound.",
        "Train again with the latest finished year; do not quote risks until MON04 is ok.",
    ),
    "MON05": Question(
        "flags as often right as promised",
        "Of those listed, as many ended off track as on the held-out list, within the margin.",
        "Train again with the latest finished year; go back with `ontrack rollback` if an earlier release did better.",
    ),
    "MON06": Question(
        "flags as often right in every group",
        "No group's flags are right more or less often than the largest group's, beyond chance and the bound.",
        "Read the live audit of the group named; take it to those who answer for the list before the next one is made.",
    ),
    "MON07": Question(
        "as few missed as promised, in every group",
        "Of those who ended off track, no more were never listed than promised, in all and in every group.",
        "See whether fewer were listed than the capacity allows (MON11); read the live audit of the group named.",
    ),
    "MON08": Question(
        "as early in every group",
        "No group was first listed so many weeks later than the largest group, beyond chance.",
        "See whether the group's records come later (MON01, EWS202); score more often early in the year.",
    ),
    "MON09": Question(
        "the list is steady",
        "Of a list, enough are on the next week's too.",
        "See whether loads are partial (`ontrack check`); a list that changes weekly cannot be worked through.",
    ),
    "MON10": Question(
        "flags are acted on",
        "Enough first flags are followed by a contact or a plan in time, in every group.",
        "Ask counselors whether the list is too long, unclear or not theirs; see that contacts and plans are recorded.",
    ),
    "MON11": Question(
        "lists are made, and as long as the capacity",
        "A list was made within the school days set, and holds as many students as can be served.",
        "Run `ontrack score` after each load; see whether its cohort lacks students.",
    ),
    "MON12": Question(
        "risks hold in every school week",
        "In every school week the average risk is near the share off track of that week in the judged year.",
        "Do not quote risks of the week named; train again on the dates on which lists are made.",
    ),
    "MON13": Question(
        "records are read as when trained",
        "Policies of records are those under which what serves was trained.",
        "Train again under the policies of today, or take the change back and load again.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class MonitorCheck:
    """One check's answer: its figure, the figure's interval where it has one, and the threshold it is held against."""

    code: str
    title: str
    verdict: Verdict
    says: str
    figure: float | None = None
    interval: Interval | None = None
    threshold: float | None = None
    do: str = ""


def answer(
    code: str,
    verdict: Verdict,
    says: str,
    *,
    figure: float | Interval | None = None,
    threshold: float | None = None,
) -> MonitorCheck:
    """A check's answer; what to do stands beside a breach only."""
    asked = CODES[code]
    interval = figure if isinstance(figure, Interval) else None
    value = figure.estimate if isinstance(figure, Interval) else figure
    do = asked.do if verdict == "breach" else ""
    return MonitorCheck(code, asked.title, verdict, says, value, interval, threshold, do)


AS_MONITORED: Mapping[JudgedVerdict, Verdict] = {
    "pass": "ok",
    "fail": "breach",
    "not_enough_evidence": "not_enough_evidence",
}


def monitored(found: Interval, *, above: float = -inf, below: float = inf) -> Verdict:
    """Whether a figure's whole interval is within its bounds, or beyond one of them, or neither can be said."""
    return AS_MONITORED[bound_verdict(found, above=above, below=below)]


def too_few(code: str, says: str) -> MonitorCheck:
    """The answer where nothing can be said."""
    return answer(code, "not_enough_evidence", says)


def share_of(part: float, whole: float) -> Interval:
    """A share with its 95% interval, which is one of few students too."""
    low, high = wilson_interval(int(part), int(whole))
    return Interval(part / whole, low / 100, high / 100)


def share_between(part: float, open_too: float, whole: float) -> Interval:
    """A share of which `open_too` more may have been part: from its interval without them to that with them all."""
    without, with_all = share_of(part, whole), share_of(part + open_too, whole)
    return Interval(without.estimate, without.low, with_all.high)


def first_words(first: int) -> str:
    """That students were supported first, and how they are counted; empty where none was."""
    return f" {many(first, 'student')} supported first and on track may count either way." if first else ""


def many(n: int, what: str) -> str:
    """How many of something there are."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def in_words(one: Interval) -> str:
    """A share of 100 with its interval."""
    return f"{one.estimate * 100:.0f} (95% interval {one.low * 100:.0f} to {one.high * 100:.0f})"
