"""Part `snapshot`: a cohort's features out of the warehouse."""

from functools import partial
from statistics import median

import numpy as np
import pandas as pd

from benchmarks.child import Measured, Runner, Work, found_by
from benchmarks.figures import DifferentAnswersError, Figure, Part, compared
from benchmarks.pandas_peer import ThreeFeatures
from benchmarks.place import Place, load
from benchmarks.timing import in_turns
from features.progress import Progress

SCAN = "plain scan of the same columns"
THREE = "pandas, the same three features"
HAND = "SQL written by hand"
OTHERS: dict[Work, str] = {"middle": "grades 6 to 8", "high": "grades 10 to 12"}
NEAR = 1e-6
"""How far means may lie apart that were summed in another order; ours are summed as whole numbers."""


def snapshot_part(place: Place, runner: Runner, *, runs: int, progress: Progress) -> Part:
    """A snapshot beside a scan, and three of its features beside pandas; DifferentAnswersError where they disagree."""
    load(place, progress)
    progress(f"snapshot: {runs} rounds of a scan, the engine and pandas, each in a process of its own")
    works: tuple[Work, ...] = (
        "idle", "scan", "engine", "hand", "ten_dates", "middle", "high", "engine_three", "pandas_three",
    )  # fmt: skip
    found = in_turns({work: partial(runner, work, place) for work in works}, runs)
    refuse_differences(place)
    rows, students = found["scan"][0].counts["rows"], found["engine"][0].counts["students"]
    facts = {
        "students": place.students,
        "cohort": int(students),
        "rows in the tables": int(rows),
        "columns read": int(found["scan"][0].counts["columns"]),
        "runs": runs,
    }
    return Part("snapshot", facts, (*speed(found, rows, students), *memory(found), *fixed_costs(found)))


def speed(found: dict[str, list[Measured]], rows: float, students: float) -> tuple[Figure, ...]:
    """Seconds and rows a second."""
    took = {work: median(one.seconds for one in measured) for work, measured in found.items()}
    whole, three = took["engine"], took["engine_three"]
    return (
        compared("snapshot, all features", whole, "s", to=took["scan"], beside=SCAN),
        compared("snapshot, all features", rows / whole, "records/s", to=rows / took["scan"], beside=SCAN),
        compared("snapshot, all features of grade 9", whole, "s", to=took["hand"], beside=HAND),
        compared("ten snapshots of grade 9", took["ten_dates"], "s", to=whole, beside="one"),
        *(Figure(f"snapshot, all features of {name}", took[work], "s") for work, name in OTHERS.items()),
        Figure("snapshots of all grades", whole + took["middle"] + took["high"], "s"),
        Figure("snapshot, all features", students / whole, "cohort students/s"),
        compared("snapshot, three features", three, "s", to=took["pandas_three"], beside=THREE),
        Figure(SCAN, took["scan"], "s"),
        Figure(THREE, took["pandas_three"], "s"),
    )


def memory(found: dict[str, list[Measured]]) -> tuple[Figure, ...]:
    """Peaks, and what they are above a process that only opens the warehouse."""
    peak = {work: median(one.peak_mib for one in measured) for work, measured in found.items()}
    return (
        compared("snapshot, all features", peak["engine"], "MiB peak", to=peak["scan"], beside=SCAN),
        compared("snapshot, all features of grade 9", peak["engine"], "MiB peak", to=peak["hand"], beside=HAND),
        *(Figure(f"snapshot, all features of {name}", peak[work], "MiB peak") for work, name in OTHERS.items()),
        compared("snapshot, three features", peak["engine_three"], "MiB peak", to=peak["pandas_three"], beside=THREE),
        Figure("the warehouse only opened", peak["idle"], "MiB peak"),
        Figure(SCAN, peak["scan"], "MiB peak"),
        Figure(THREE, peak["pandas_three"], "MiB peak"),
    )


def fixed_costs(found: dict[str, list[Measured]]) -> tuple[Figure, ...]:
    """What does not grow with the district: Ibis compiles once for each feature set, and the next process reads it."""
    cold, warm = (median(one.counts[name] for one in found["engine"]) for name in ("compile", "read_script"))
    whole = median(one.seconds for one in found["engine"])
    name = "compiling the expressions (not in the above)"
    return (
        compared(name, cold, "s", to=whole, beside="snapshot, all features"),
        compared("the same from the script cache on disk", warm, "s", to=cold, beside=name),
    )


def refuse_differences(place: Place) -> None:
    """Nothing where engine and pandas found the same students and, to the last digit, the same numbers."""
    peer = pd.read_parquet(found_by(place, "pandas"))
    for who in ("grade9", ThreeFeatures.name):
        ours = pd.read_parquet(found_by(place, who))[list(peer.columns)]
        same = ours.index.equals(peer.index) and np.array_equal(ours.to_numpy(), peer.to_numpy(), equal_nan=True)
        if not same:
            raise DifferentAnswersError(f"the engine's {who} features and pandas differ in {place.folder.name}")
    ours, hand = pd.read_parquet(found_by(place, "grade9")), pd.read_parquet(found_by(place, "hand"))
    same = ours.index.equals(hand.index) and set(ours.columns) == set(hand.columns)
    if not same or not np.allclose(ours, hand[ours.columns], rtol=0, atol=NEAR, equal_nan=True):
        raise DifferentAnswersError(f"the engine's features and those by hand differ in {place.folder.name}")
