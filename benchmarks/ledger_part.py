"""Part `ledger`: what became of every flag of a made district's weekly lists, beside limits of time and memory."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.child import Measured
from benchmarks.figures import Figure, Part, compared
from benchmarks.ledger_child import OUTCOME, WEEKS, Size, make
from features.progress import Progress

LISTED = Size(students=200_000, years=5)
SECONDS, MEBIBYTES = 60.0, 3072.0
"""What a ledger of that size may take."""

LEDGER, RATE = "ledger", "flags resolved"

LedgerRunner = Callable[[Path, Size], Measured]


def ledger_part(folder: Path, size: Size, runner: LedgerRunner, *, runs: int, progress: Progress) -> Part:
    """Seconds and peak memory of whole processes, of which each makes one ledger from nothing."""
    progress(f"ledger: {size.students:,} students a year over {size.years} school years are made")
    make(folder, size)
    progress(f"ledger: {runs} rounds")
    found = [runner(folder, size) for _ in range(runs)]
    took, peak = (median(values) for values in zip(*((one.seconds, one.peak_mib) for one in found), strict=True))
    flags = int(found[0].counts["flags"])
    facts: dict[str, str | int | float] = {
        "students": size.students,
        "years": size.years,
        "lists": WEEKS * size.years,
        "flags": flags,
        "students and years": int(found[0].counts["students"]),
        "outcome": OUTCOME.name,
        "runs": runs,
    }
    figures = (
        compared(LEDGER, took, "s", to=SECONDS, beside=f"{SECONDS:g} s"),
        compared(LEDGER, peak, "MiB peak", to=MEBIBYTES, beside=f"{MEBIBYTES:,.0f} MiB"),
        Figure(LEDGER, median(one.counts["processor"] for one in found), "s of a core"),
        Figure(RATE, flags / took, "a second"),
    )
    return Part("ledger", facts, figures)
