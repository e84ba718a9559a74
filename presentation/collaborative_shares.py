"""A share over the districts of a collaborative: its sentences, its funnel plot and the figures behind it.

The report and the page both say it in these words. Districts are not ranked, and none but the reader's own is marked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from presentation.charts.funnel_chart import FunnelLimits, FunnelPoint, LimitsLike, funnel_chart
from presentation.charts.marks import Chart
from presentation.charts.record_chart import ChartWords
from presentation.numbers import IntervalLike, of_100, share_interval
from presentation.sentences import Sentences, msgid

LINES = ("line rule", "line school_only")
"""How the inner and the outer limits of chance look."""
CAPTION = msgid(
    "Each point is a district; further to the right are those with more students. Between the inner lines lie 95 of "
    "100 districts by chance alone, between the outer ones nearly all."
)
OWN_POINT = msgid("The filled point is your own district.")
BY_CHANCE = (
    (0.25, msgid("Nearly all of what is seen between districts is chance.")),
    (0.50, msgid("More than half of what is seen between districts is chance.")),
    (0.75, msgid("More than half of what is seen between districts is not chance.")),
    (1.01, msgid("Hardly any of what is seen between districts is chance.")),
)
"""What is said below a value of I²; the quarters are those of Higgins and others (2003, BMJ 327:557)."""


@dataclass(frozen=True)
class ShareWords:
    """A share: its title, its sentence with `{share}` of 100, and whom it is a share of."""

    title: str
    says: str
    of: str


SHARES: Mapping[str, ShareWords] = {
    "on_track": ShareWords(
        msgid("Ended on track"),
        msgid("Of 100 students of the grades that are watched, {share} ended on track."),
        msgid("Students of the grades that are watched"),
    ),
    "moved_up": ShareWords(
        msgid("Moved up: a signal early, on track in the end"),
        msgid("Of 100 students with an early signal, {share} ended on track."),
        msgid("Students with an early signal"),
    ),
    "moved_down": ShareWords(
        msgid("Moved down: no signal early, off track in the end"),
        msgid("Of 100 students without an early signal, {share} ended off track."),
        msgid("Students without an early signal"),
    ),
    "chronic_absence": ShareWords(
        msgid("Chronically absent, grades 6 to 12"),
        msgid("Of 100 students of grades 6 to 12, {share} were chronically absent."),
        msgid("Students of grades 6 to 12"),
    ),
    "found": ShareWords(
        msgid("Listed, of those who ended off track"),
        msgid("Of 100 students who ended off track, {share} had been on a list."),
        msgid("Students who ended off track"),
    ),
    "right": ShareWords(
        msgid("Ended off track, of those listed"),
        msgid("Of 100 students listed, {share} ended off track."),
        msgid("Students listed"),
    ),
    "planned": ShareWords(
        msgid("Had a plan after they were listed"),
        msgid("Of 100 students listed, {share} had a plan later."),
        msgid("Students listed"),
    ),
}


class PooledLike(IntervalLike, Protocol):
    """A figure over districts, and which part of their differences is more than chance."""

    @property
    def i_squared(self) -> float:
        """Between 0 and 1."""


class ShareLike(Protocol):
    """A share over districts, as it is compared."""

    @property
    def name(self) -> str:
        """Which share."""

    @property
    def shares(self) -> Mapping[str, tuple[int, int]]:
        """By district, how many are in it, of how many."""

    @property
    def pooled(self) -> PooledLike:
        """The share over all of them."""

    @property
    def spread(self) -> float:
        """How far districts differ beyond chance."""

    @property
    def distances(self) -> Mapping[str, float | None]:
        """By district, how far it is from the others; None where that cannot be told."""

    @property
    def apart(self) -> tuple[str, ...]:
        """The districts that stand apart."""

    @property
    def limits(self) -> Sequence[LimitsLike]:
        """The limits of chance."""

    def share_of(self, *districts: str) -> IntervalLike:
        """The share over some districts."""

    def told_by(self, districts: Sequence[str]) -> tuple[str, ...]:
        """Those of some districts that told it."""


@dataclass(frozen=True)
class FunnelPart:
    """A share: what it says in sentences, its funnel plot, and the figures behind it as rows."""

    title: str
    says: tuple[str, ...]
    chart: Chart
    of: str
    rows: tuple[tuple[str, str, str], ...]


def funnel_part(words: Sentences, one: ShareLike, own: str, near: Sequence[str]) -> FunnelPart:
    """One share; `own` is the id of the reader's district, empty for the office, `near` are the districts like it."""
    said = SHARES[one.name]
    title, of = words.translate(said.title), words.translate(said.of)
    return FunnelPart(title, sentences(words, one, own, near), chart_of(words, one, own), of, rows_of(words, one, own))


def chart_of(words: Sentences, one: ShareLike, own: str) -> Chart:
    """The funnel plot of a share."""
    said, common = SHARES[one.name], one.pooled.estimate
    points = [
        FunnelPoint(whole, part / whole, point_words(words, who, own, (part, whole)), own=who == own)
        for who, (part, whole) in one.shares.items()
    ]
    limits = [FunnelLimits(two.n, two.low, two.high, style) for two, style in zip(one.limits, LINES, strict=True)]
    described = words.translate(said.says, share=of_100(common))
    named = ChartWords(f"funnel-{one.name}", words.translate(said.title), described)
    return funnel_chart(points, common, limits, named, across=words.translate(said.of), up=words.translate("Of 100"))


def caption(words: Sentences, own: str) -> str:
    """What the plots show; the filled point is told of to who has one."""
    return " ".join(words.translate(one) for one in ((CAPTION, OWN_POINT) if own else (CAPTION,)))


def district_words(words: Sentences, district_id: str, own: str) -> str:
    """How a district is called in a table."""
    return words.translate("Your district") if district_id == own else words.translate("A district")


def point_words(words: Sentences, district_id: str, own: str, counts: tuple[int, int]) -> str:
    """What a point of the plot stands for."""
    part, whole = counts
    return words.translate(
        "{district}: {count} of 100, {whole} students",
        district=district_words(words, district_id, own),
        count=of_100(part / whole),
        whole=words.amount(whole),
    )


def rows_of(words: Sentences, one: ShareLike, own: str) -> tuple[tuple[str, str, str], ...]:
    """The figures behind a plot, by the number of students: neither ranked by the share nor named."""
    ordered = sorted(one.shares.items(), key=lambda item: -item[1][1])
    return tuple(
        (district_words(words, who, own), words.amount(whole), share_interval(one.share_of(who)))
        for who, (_, whole) in ordered
    )


def sentences(words: Sentences, one: ShareLike, own: str, near: Sequence[str]) -> tuple[str, ...]:
    """The common share, how far districts differ beyond chance, who stands apart, and the reader's own place."""
    said = (
        words.translate(SHARES[one.name].says, share=share_interval(one.pooled)),
        differ_words(words, one.spread, one.pooled.i_squared),
        apart_words(words, len([who for who in one.apart if who != own])),
        own_words(words, one, own),
        alike_words(words, one, near),
    )
    return tuple(filter(None, said))


def differ_words(words: Sentences, spread: float, i_squared: float) -> str:
    """How far districts differ beyond chance, of 100."""
    count = of_100(spread)
    if count == "0":
        return words.translate("Districts differ no more than chance lets them.")
    differ = words.translate("Districts differ by about {count} of 100 more than chance explains.", count=count)
    return f"{differ} {words.translate(next(said for below, said in BY_CHANCE if i_squared < below))}"


def apart_words(words: Sentences, count: int) -> str:
    """How many other districts stand apart; empty for none."""
    if not count:
        return ""
    return words.translate_plural(
        "{number} other district stands apart.", "{number} other districts stand apart.", count
    )


def own_words(words: Sentences, one: ShareLike, own: str) -> str:
    """The reader's own share; empty for the office."""
    if not own:
        return ""
    if own not in one.shares:
        return words.translate("Your district’s own figure is in no file, or is over too few students.")
    share, distance = share_interval(one.share_of(own)), one.distances[own]
    if distance is None:
        return words.translate("Your district: {share}.", share=share)
    if own in one.apart:
        return words.translate("Your district: {share}. It stands apart.", share=share)
    return words.translate("Your district: {share}. That is as usual.", share=share)


def alike_words(words: Sentences, one: ShareLike, near: Sequence[str]) -> str:
    """The share over the others that say the same of themselves; empty with fewer than two of them."""
    told = one.told_by(near)
    if len(told) < 2:
        return ""
    return words.translate(
        "The {number} other districts that say the same of themselves, together: {share}.",
        number=len(told),
        share=share_interval(one.share_of(*told)),
    )
