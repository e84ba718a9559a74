"""Part `ingest`: a district's files into a warehouse, a night's corrections, and a file in which every row is bad."""

from benchmarks.child import Measured, Runner
from benchmarks.deliveries import send_bad_rows, send_corrections
from benchmarks.figures import DifferentAnswersError, Figure, Part, compared
from benchmarks.place import Place, simulate
from features.progress import Progress

PLAIN = "plain read_csv of the same files"
FIRST = "the first load"
MOST_SECONDS, MOST_MIB = 60.0, 500.0
"""What a million bad rows may take."""


def ingest_part(place: Place, runner: Runner, progress: Progress) -> Part:
    """Three loads, each beside a peer or a limit; DifferentAnswersError where a load is not what it should be."""
    simulate(place, progress)
    progress("ingest: a plain read of the files, then the ingest")
    plain, first = runner("read_csv", place), runner("ingest", place)
    refuse_other(plain.counts["rows"], first.counts["rows"])
    progress("ingest: a night's corrections of every hundredth row")
    send_corrections(place)
    night, rewrite = runner("nightly", place), runner("rewrite", place)
    refuse_other(night.counts["rows"], night.counts["corrected"])
    progress("ingest: a million bad rows")
    send_bad_rows(place)
    bad = runner("bad", place)
    refuse_other(bad.counts["rows"], bad.counts["quarantined"])
    facts = {"students": place.students, "years": place.years, "rows": int(first.counts["rows"]), "runs": 1}
    return Part("ingest", facts, (*first_load(first, plain), *nightly_load(night, rewrite, first), *bad_load(bad)))


def refuse_other(expected: float, found: float) -> None:
    """DifferentAnswersError where two numbers of rows differ."""
    if expected != found:
        raise DifferentAnswersError(f"expected {expected:,.0f} rows, found {found:,.0f}")


def first_load(ours: Measured, plain: Measured) -> tuple[Figure, ...]:
    """The first load beside a plain read of its files."""
    rows = ours.counts["rows"]
    return (
        compared("ingest", ours.seconds, "s", to=plain.seconds, beside=PLAIN),
        compared("ingest", rows / ours.seconds, "rows/s", to=rows / plain.seconds, beside=PLAIN),
        compared("ingest", ours.peak_mib, "MiB peak", to=plain.peak_mib, beside=PLAIN),
        Figure(PLAIN, plain.seconds, "s"),
    )


def nightly_load(ours: Measured, rewrite: Measured, first: Measured) -> tuple[Figure, ...]:
    """Corrections beside the least that replacing a warehouse whole can take, and beside the first load."""
    name, beside = f"corrections, {ours.counts['rows']:,.0f} rows", "copying the warehouse, forced to disk"
    return (
        compared(name, ours.seconds, "s", to=rewrite.seconds, beside=beside),
        compared(name, ours.seconds, "s of the first load", to=first.seconds, beside=FIRST),
        compared(name, ours.peak_mib, "MiB peak", to=first.peak_mib, beside=FIRST),
        Figure(beside, rewrite.seconds, "s"),
    )


def bad_load(ours: Measured) -> tuple[Figure, ...]:
    """Bad rows beside what they may take."""
    name, beside = f"{ours.counts['rows']:,.0f} bad rows", "limit"
    return (
        compared(name, ours.seconds, "s", to=MOST_SECONDS, beside=f"{beside}, {MOST_SECONDS:.0f} s"),
        compared(name, ours.peak_mib, "MiB peak", to=MOST_MIB, beside=f"{beside}, {MOST_MIB:.0f} MiB"),
        Figure(name, ours.counts["report_kib"], "KiB of report"),
    )
