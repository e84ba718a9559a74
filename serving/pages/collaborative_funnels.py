"""Funnel plots of the page of a collaborative: one share over the districts, which are not ranked and not named."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.collaborative.comparison import ComparedShare, alike
from models.collaborative.shared_figures import SharedFigures
from models.metrics.heterogeneity import APART, funnel_limits
from models.metrics.intervals import Z95, Interval, wilson_interval
from presentation.charts.funnel_chart import FunnelLimits, FunnelPoint, funnel_chart
from presentation.charts.marks import Chart
from presentation.charts.record_chart import ChartWords
from presentation.numbers import of_100, share_interval
from serving.wording.collaborative import SHARES
from serving.wording.locale import Language

LIMITS = ((Z95, "line rule"), (3.09, "line school_only"))
"""Deviations within which 95 and 99.8 of 100 districts lie by chance, and how their lines look."""
STEPS = 40


@dataclass(frozen=True)
class FunnelPart:
    """A share: what it says in sentences, its funnel plot, and the figures behind it as rows."""

    title: str
    says: tuple[str, ...]
    chart: Chart
    of: str
    rows: tuple[tuple[str, str, str], ...]


def funnel_part(language: Language, one: ComparedShare, files: Sequence[SharedFigures], own: str) -> FunnelPart:
    """One share; `own` is the id of the reader's district, empty for the office."""
    words = SHARES[one.name]
    title, of = language.translate(words.title), language.translate(words.of)
    sizes = np.linspace(1, max(whole for _, whole in one.shares.values()) * 1.08, STEPS)
    common = one.pooled.estimate
    chart = funnel_chart(
        [
            FunnelPoint(whole, part / whole, district_words(language, who, own), own=who == own)
            for who, (part, whole) in one.shares.items()
        ],
        common,
        [limits_of(common, sizes, deviations, style) for deviations, style in LIMITS],
        ChartWords(f"funnel-{one.name}", title, language.translate(words.says, share=of_100(common))),
        across=of,
    )
    return FunnelPart(title, sentences(language, one, files, own), chart, of, rows_of(language, one, own))


def limits_of(share: float, sizes: "np.typing.NDArray[np.float64]", deviations: float, style: str) -> FunnelLimits:
    """Limits of chance at some numbers of students."""
    low, high = funnel_limits(share, sizes, deviations)
    return FunnelLimits(tuple(sizes.tolist()), tuple(low.tolist()), tuple(high.tolist()), style)


def district_words(language: Language, district_id: str, own: str) -> str:
    """How a district is called in a table."""
    return language.translate("Your district") if district_id == own else language.translate("A district")


def rows_of(language: Language, one: ComparedShare, own: str) -> tuple[tuple[str, str, str], ...]:
    """The figures behind a plot, by the number of students: neither ranked by the share nor named."""
    ordered = sorted(one.shares.items(), key=lambda item: -item[1][1])
    return tuple(
        (district_words(language, who, own), language.amount(whole), share_interval(interval_of(part, whole)))
        for who, (part, whole) in ordered
    )


def sentences(language: Language, one: ComparedShare, files: Sequence[SharedFigures], own: str) -> tuple[str, ...]:
    """The common share, how far districts differ beyond chance, who stands apart, and the reader's own place."""
    found = one.pooled
    spread = found.tau * found.estimate * (1 - found.estimate)
    said = (
        language.translate(SHARES[one.name].says, share=share_interval(found)),
        differ_words(language, spread, found.i_squared),
        apart_words(language, len([who for who in one.apart if who != own])),
        own_words(language, one, own),
        alike_words(language, one, files, own),
    )
    return tuple(filter(None, said))


def differ_words(language: Language, spread: float, i_squared: float) -> str:
    """How far districts differ beyond chance, of 100."""
    count = f"{spread * 100:.0f}"
    if count == "0":
        return language.translate("Districts differ no more than chance lets them.")
    return language.translate(
        "Beyond chance, districts differ by about {count} of 100. Of what is seen, {part} of 100 is more than chance.",
        count=count,
        part=of_100(i_squared),
    )


def apart_words(language: Language, count: int) -> str:
    """How many other districts stand apart; empty for none."""
    if not count:
        return ""
    return language.translate_plural(
        "{number} other district stands apart.", "{number} other districts stand apart.", count
    )


def own_words(language: Language, one: ComparedShare, own: str) -> str:
    """The reader's own share; empty for the office."""
    if not own:
        return ""
    if own not in one.shares:
        return language.translate("Your district’s own figure is in no file, or is over too few students.")
    share, distance = share_interval(interval_of(*one.shares[own])), one.distances[own]
    if distance is None:
        return language.translate("Your district: {share}.", share=share)
    if abs(distance) <= APART:
        return language.translate("Your district: {share}. That is as usual.", share=share)
    return language.translate("Your district: {share}. It stands apart.", share=share)


def alike_words(language: Language, one: ComparedShare, files: Sequence[SharedFigures], own: str) -> str:
    """The share over the others that say the same of themselves; empty with fewer than two of them."""
    mine = next((file for file in files if file.district_id == own), None)
    near = alike(files, mine) if mine else []
    counts = [one.shares[file.district_id] for file in near if file.district_id in one.shares]
    if len(counts) < 2:
        return ""
    share = share_interval(interval_of(sum(part for part, _ in counts), sum(whole for _, whole in counts)))
    return language.translate(
        "The {number} other districts that say the same of themselves, together: {share}.",
        number=len(counts),
        share=share,
    )


def interval_of(part: int, whole: int) -> Interval:
    """A share with Wilson's interval."""
    low, high = wilson_interval(part, whole)
    return Interval(part / whole, low / 100, high / 100)
