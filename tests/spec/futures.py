"""Futures that do exactly what a way back asks, or break one step of it: the records of the rest of a school year."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import ceil

import pandas as pd

from features.way_back.steps import WayBack, WayBackStep
from tests.spec.rest_of_year import Final, Future, Given, Past


def worst(past: Past, student: str) -> Future:
    """Nothing passed, no day there, suspended every day."""
    marks = tuple(Given(final, "F" if final.has_points else "NP", 0) for final in past.finals_to_be(student))
    days = len(past.days_to_come(student))
    return Future(marks, days, days)


def best(past: Past, student: str) -> Future:
    """Straight As, every day there."""
    return Future(tuple(Given(final, "A" if final.has_points else "P", 400) for final in past.finals_to_be(student)))


def asked(past: Past, student: str, way: WayBack, broken: str = "") -> Future:
    """Exactly what the steps ask and no more, but for one that is broken by the least there is."""
    steps = {step.code: step for step in way.steps}
    finals = past.finals_to_be(student)
    days = past.days_to_come(student)
    of_days = steps.get("absences_at_most") or steps.get("unexcused_at_most")
    missed = limit(of_days, "days", broken, otherwise=len(days))
    suspended = limit(steps.get("no_suspension"), "may", broken, otherwise=len(days))
    if any("gpa" in name for name in past.outcome.thresholds):
        return Future(tuple(with_points(finals, steps, broken)), missed, suspended)
    return Future(tuple(with_passes(finals, steps, broken)), missed, suspended)


def limit(step: WayBackStep | None, name: str, broken: str, *, otherwise: int) -> int:
    """As many as a step allows, or one more; as many as can be where there is no such step."""
    return otherwise if step is None else int(step.values[name]) + (broken == step.code)


def with_points(finals: list[Final], steps: Mapping[str, WayBackStep], broken: str) -> Iterator[Given]:
    """Marks whose points come to what the average asks; a D only where that is what is broken."""
    pointed = [final for final in finals if final.has_points]
    total = points_asked(steps.get("average"), len(pointed)) - (broken == "average")
    each, more = divmod(total, max(len(pointed), 1))
    points = {id(final): each + (place < more) for place, final in enumerate(pointed)}
    low = {code.removeprefix("no_df_") for code in [broken] if code.startswith("no_df_")}
    for final in finals:
        letter = "D" if final.subject in low else "C" if final.subject in ("ela", "math") else "F"
        low -= {final.subject}
        yield Given(final, letter if final.has_points else "P", points.get(id(final), 0))


def points_asked(step: WayBackStep | None, marks: int) -> int:
    """The hundredths of points that all marks to come must have together."""
    if step is None:
        return 0
    if "points" in step.values:
        return round(100 * step.values["points"])
    return ceil(round(100 * step.values["least"] * marks, 6))


def with_passes(finals: list[Final], steps: Mapping[str, WayBackStep], broken: str) -> Iterator[Given]:
    """Marks of which as few pass as the steps allow: as few credits as can be, and then as few core courses."""
    groups = defaultdict[tuple[bool, int], list[Final]](list)
    for final in finals:
        groups[final.is_core, final.credit].append(final)
    passes = chosen(groups, steps, broken)
    for key, group in groups.items():
        for place, final in enumerate(group):
            passed = place < passes[key]
            letter = ("C" if passed else "F") if final.has_points else ("P" if passed else "NP")
            yield Given(final, letter, 200 * passed)


Groups = Mapping[tuple[bool, int], Sequence[Final]]


def chosen(groups: Groups, steps: Mapping[str, WayBackStep], broken: str) -> Mapping[tuple[bool, int], int]:
    """How many pass of each group of finals alike."""
    core = sum(len(group) for (is_core, _), group in groups.items() if is_core)
    least_core = core - int(steps["pass_core"].values["may"]) if "pass_core" in steps else 0
    need = round(100 * steps["earn_credits"].values["credits"]) if "earn_credits" in steps else 0
    ways = [dict(zip(groups, counts, strict=True)) for counts in product(*(range(len(g) + 1) for g in groups.values()))]
    told = [(sum(n * credit for (_, credit), n in way.items()), cores(way), way) for way in ways]
    if broken == "pass_core":
        return max((one for one in told if one[1] == least_core - 1), key=lambda one: one[:2])[2]
    if broken == "earn_credits":
        return max((one for one in told if one[0] < need), key=lambda one: one[:2])[2]
    return min((one for one in told if one[0] >= need and one[1] >= least_core), key=lambda one: one[:2])[2]


def cores(way: Mapping[tuple[bool, int], int]) -> int:
    """How many core finals pass."""
    return sum(count for (is_core, _), count in way.items() if is_core)


def broken_promises(past: Past, ways: Mapping[str, WayBack]) -> list[str]:
    """Every student, as `student: state, step`, whose label is another one than the way back says; none if exact.

    Who does exactly what is asked ends on track, and off track with one step less; whom nothing can bring back ends off
    track with straight As, and who has met the rule on track whatever comes.
    """
    made = {"reachable": asked, "not_reachable": lambda past, key, _: best(past, key)}
    kept = {
        key: made[way.state](past, key, way) if way.state in made else worst(past, key) for key, way in ways.items()
    }
    found = past.labels(kept)
    wrong = [
        f"{key}: {way.state}" for key, way in ways.items() if not told_as(found[key], off=way.state == "not_reachable")
    ]
    for code in sorted({step.code for way in reachable(ways) for step in way.steps}):
        some = {key: way for key, way in ways.items() if way.state == "reachable" and code in codes(way)}
        found = past.labels({key: asked(past, key, way, code) for key, way in some.items()})
        wrong += [f"{key}: without {code}" for key in some if not told_as(found[key], off=True)]
    return wrong


def told_as(label: object, *, off: bool) -> bool:
    """Whether a label says just that; one that is missing does not."""
    return label is not pd.NA and bool(label) is off


def reachable(ways: Mapping[str, WayBack]) -> Iterable[WayBack]:
    """The ways that can still be gone."""
    return (way for way in ways.values() if way.state == "reachable")


def codes(way: WayBack) -> set[str]:
    """The codes of its steps."""
    return {step.code for step in way.steps}
