"""Suppression of what a district shares: nothing is told of fewer than `least` students, by itself or by a difference.

Three ways, none of which leaves a hidden number beside a total that gives it away:

- a share is told where those in it and those not in it are enough, or not at all;
- an ordered row of bands is folded, neighbor with neighbor, until each has enough;
- groups of one attribute are folded by `models.fairness.suppression`.

Tables of different subjects share only how a student ended and whether the student was listed, so that they can always
be completed to a whole district: all of them together tell no more than each (see `complementary_suppression`).
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from models.collaborative.shared_figures import Share, SharedFigures

Band = TypeVar("Band")
TOGETHER = (("found", "right"), ("moved_up", "moved_down"))
"""Shares that are rows of one table: told both, or neither."""


def told_share(part: int, whole: int, least: int) -> Share:
    """The share, without its part where either side of it is too few."""
    return Share(part if min(part, whole - part) >= least else None, whole)


def fold_bands(
    bands: Sequence[Band], is_enough: Callable[[Band], bool], together: Callable[[Band, Band], Band]
) -> tuple[Band, ...]:
    """The bands in order, neighbors folded until each has enough; none where all of them together have too few."""
    folded: list[Band] = []
    for band in bands:
        if folded and not is_enough(folded[-1]):
            folded[-1] = together(folded[-1], band)
        else:
            folded.append(band)
    if len(folded) > 1 and not is_enough(folded[-1]):
        last = folded.pop()
        folded[-1] = together(folded[-1], last)
    return tuple(folded) if folded and is_enough(folded[0]) else ()


def small_numbers(figures: SharedFigures, least: int) -> list[str]:
    """Where figures tell of fewer than `least` students, in words; empty where they never do."""
    found = [
        f"one of '{one}' and '{other}'"
        for one, other in TOGETHER
        if (one in figures.shares) != (other in figures.shares)
    ]
    found += [
        f"share '{name}'"
        for name, one in figures.shares.items()
        if one.whole < least or (one.part is not None and min(one.part, one.whole - one.part) < least)
    ]
    for attribute, groups in figures.groups.items():
        found += [f"group of {attribute}" for one in groups if min(one.off_track, one.n - one.off_track) < least]
    found += ["a band of risk" for one in figures.calibration if min(one.off_track, one.n - one.off_track) < least]
    found += ["the bands of risk beside what is told of the lists"] if few_outside_bands(figures, least) else []
    found += ["a band of days" for one in figures.waits if one.n < least]
    seen = figures.evidence
    found += ["the evidence"] if seen and min(seen.off_track, seen.students - seen.off_track) < least else []
    return found + (["the cohort"] if figures.students < least else [])


def few_outside_bands(figures: SharedFigures, least: int) -> bool:
    """Whether bands of risk tell, by subtraction, of few students: of those not listed, or listed without a risk."""
    right = figures.shares.get("right")
    if not figures.calibration or right is None:
        return bool(figures.calibration)
    others = right.whole - sum(one.n for one in figures.calibration)
    off_track = (right.part or 0) - sum(one.off_track for one in figures.calibration)
    return others > 0 and min(off_track, others - off_track) < least
