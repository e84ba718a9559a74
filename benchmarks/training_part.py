"""Part `training`: our fits beside LightGBM alone on the same matrix, with the same parameters and rounds."""

from collections.abc import Mapping
from functools import partial
from statistics import median

from benchmarks.child import Measured
from benchmarks.figures import Figure, Part, compared
from benchmarks.made_examples import COLUMNS, YEARS
from benchmarks.timing import in_turns
from benchmarks.training_child import FEW, THREADS, Fit, FitRunner, Size
from features.progress import Progress

BARE, BARE_FEW = "lightgbm.train, all rows", f"lightgbm.train, first {FEW} years"
ALL, SOME = f"fit, {YEARS} years", f"fit, first {FEW} years"
YEAR = "one test year, whole"
MADE = "the examples only"
Found = Mapping[str, list[Measured]]
"""Of each fit, what it took in every round."""


def training_part(rows: int, runner: FitRunner, *, runs: int, progress: Progress) -> Part:
    """Fits of made examples, each in a process of its own; of six years, the trees learn from the first four."""
    progress(f"training: a fit of {rows:,} rows, to know its number of rounds")
    first = runner("fit", Size(rows))
    size = Size(rows, int(first.counts["rounds"]))
    progress(f"training: {runs} rounds of our fits and LightGBM alone, then one test year")
    works: tuple[Fit, ...] = ("made", "bare", "fit", "bare_few", "fit_few")
    found = in_turns({work: partial(runner, work, size) for work in works}, runs)
    found |= {"year": [runner("year", size)]}
    facts = {
        "rows": rows,
        "features": COLUMNS,
        "years": YEARS,
        "rounds": size.rounds,
        f"rounds of {FEW} years": int(found["fit_few"][0].counts["rounds"]),
        "off track": first.counts["off_track"],
        "scorers": int(found["year"][0].counts["scorers"]),
        "threads": THREADS,
        "runs": runs,
    }
    return Part("training", facts, (*speed(found), *steps(found), *memory(found)))


def speed(found: Found) -> tuple[Figure, ...]:
    """Seconds of each fit beside LightGBM alone: on the whole matrix, and on the rows that its trees learn from."""
    took = {work: median(one.seconds for one in measured) for work, measured in found.items()}
    return (
        compared(ALL, took["fit"], "s", to=took["bare"], beside=BARE),
        compared(ALL, took["fit"], "s", to=took["bare_few"], beside=BARE_FEW),
        compared(SOME, took["fit_few"], "s", to=took["bare_few"], beside=BARE_FEW),
        compared(YEAR, took["year"], "s", to=took["bare"], beside=BARE),
        Figure(BARE, took["bare"], "s"),
        Figure(BARE_FEW, took["bare_few"], "s"),
    )


def steps(found: Found) -> tuple[Figure, ...]:
    """Where the time of a test year goes."""
    whole, counts = median(one.seconds for one in found["bare"]), found["year"][0].counts
    names = {
        "judge": "of it: fit, baselines and risks",
        "figures": "of it: figures",
        "intervals": "of it: intervals",
    }
    return tuple(compared(name, counts[step], "s", to=whole, beside=BARE) for step, name in names.items())


def memory(found: Found) -> tuple[Figure, ...]:
    """Peaks of whole processes; ours hold the examples as well."""
    peak = {work: median(one.peak_mib for one in measured) for work, measured in found.items()}
    ours = {ALL: "fit", SOME: "fit_few", YEAR: "year"}
    return (
        *(compared(name, peak[work], "MiB peak", to=peak["bare"], beside=BARE) for name, work in ours.items()),
        Figure(BARE, peak["bare"], "MiB peak"),
        Figure(MADE, peak["made"], "MiB peak"),
    )
