"""Part `adapters`: the same district loaded in each system's format, beside our own CSV, and a night's changes."""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd

from benchmarks.child import Measured
from benchmarks.figures import DifferentAnswersError, Figure, Part, compared
from benchmarks.place import DISTRICT, Place, simulate
from features.progress import Progress
from features.simulator.formats.registry import FORMATS

FORMS = ("edu", "edfi", "oneroster", "calpads", "aeries-api")
"""Formats in the order in which they are loaded."""

CHANGED, MOST_SECONDS = 100, 60.0
"""One of so many students changes in a night, and what the changes of 200,000 students may take."""

FEW_PAGES, MANY_PAGES = 20, 80
"""Pages of a full pull of an Ed-Fi API, whose peaks tell what memory a page more costs."""

Loader = Callable[[Path, str], Measured]
Puller = Callable[[int], Measured]


def adapters_part(place: Place, loader: Loader, puller: Puller, progress: Progress) -> Part:
    """Loads beside our own CSV; DifferentAnswersError where rows of the simulated district wait in quarantine."""
    simulate(place, progress)
    folder = place.folder / "adapters"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "csv").symlink_to(place.records, target_is_directory=True)
    progress("adapters: csv")
    ours, figures = loader(folder, "csv"), list[Figure]()
    progress("adapters: parquet")
    write_parquet(place.records, folder / "parquet")
    figures += beside_csv("our own tables as Parquet", loader(folder, "parquet"), ours)
    for form in FORMS:
        progress(f"adapters: {form}")
        FORMATS[form](place.records, folder / form, DISTRICT)
        found = loader(folder, form)
        refuse_quarantine(form, found)
        figures += beside_csv(form, found, ours)
    progress("adapters: a night's changes of OneRoster")
    rows = send_changes(folder / "oneroster", folder / "oneroster-delta")
    figures += changes_of_a_night(rows, place.students, loader(folder, "oneroster-delta"))
    progress("adapters: a pull of an Ed-Fi API")
    figures += memory_of_pages(puller)
    facts = {"students": place.students, "years": place.years, "rows": int(ours.counts["read"]), "runs": 1}
    return Part("adapters", facts, tuple(figures))


def write_parquet(records: Path, folder: Path) -> None:
    """Writes each CSV file of a district as a Parquet file of text columns."""
    folder.mkdir()
    with duckdb.connect() as engine:
        for file in sorted(records.glob("*.csv")):
            rows = engine.read_csv(str(file), all_varchar=True)
            rows.write_parquet(str(folder / f"{file.stem}.parquet"))


def memory_of_pages(puller: Puller) -> tuple[Figure, ...]:
    """Peaks of two full pulls on loopback, the larger beside the smaller."""
    few, many = puller(FEW_PAGES), puller(MANY_PAGES)
    beside = f"{FEW_PAGES} pages"
    name = f"a pull of {MANY_PAGES} pages of an Ed-Fi API"
    return (compared(name, many.peak_mib, "MiB peak", to=few.peak_mib, beside=beside),)


def refuse_quarantine(form: str, found: Measured) -> None:
    """DifferentAnswersError where a load put rows into quarantine."""
    if found.counts["quarantined"]:
        raise DifferentAnswersError(f"{form}: {found.counts['quarantined']:,.0f} rows in quarantine, expected none")


def beside_csv(form: str, found: Measured, ours: Measured) -> tuple[Figure, ...]:
    """Rows a second and memory of one format beside those of our own CSV."""
    rate, own = (one.counts["read"] / one.seconds for one in (found, ours))
    return (
        compared(form, rate, "rows/s", to=own, beside="our own CSV"),
        compared(form, found.peak_mib, "MiB peak", to=ours.peak_mib, beside="our own CSV"),
    )


def send_changes(package: Path, folder: Path) -> int:
    """Writes a package of changes: every hundredth user has another name; how many."""
    (folder / "oneroster").mkdir(parents=True)
    shutil.copytree(package / "rest", folder / "rest")
    users = pd.read_csv(package / "oneroster" / "users.csv", dtype=str, keep_default_na=False)
    changed = users.iloc[::CHANGED].assign(givenName="Changed", dateLastModified="2026-11-20T06:00:00.000Z")
    changed["status"] = "active"
    changed.to_csv(folder / "oneroster" / "users.csv", index=False)
    lines = ("propertyName,value", "oneroster.version,1.2", "file.users,delta")
    (folder / "oneroster" / "manifest.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(changed)


def changes_of_a_night(rows: int, students: int, found: Measured) -> tuple[Figure, ...]:
    """A night's changes beside what those of 200,000 students may take."""
    if found.counts["corrected"] < 1:
        raise DifferentAnswersError("changes of OneRoster: expected corrected rows, found none")
    name, beside = f"changes of {rows:,} of {students:,} students", f"limit, {MOST_SECONDS:.0f} s for 200,000"
    return (compared(name, found.seconds, "s", to=MOST_SECONDS, beside=beside),)
