"""What is sent to a district that was loaded: a night's corrections, and a file in which every row is bad."""

import csv
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.place import DISTRICT, SETTINGS, TODAY, Place
from features.file_mapping.declaration import file_columns
from features.ingest.load.workspace import Workspace, workspace_of
from features.settings_file import load_settings
from features.tables import TABLES
from features.warehouse.file import open_warehouse

CORRECTED = {
    "attendance": "excused = coalesce(NOT excused, true)",
    "marks": "mark = CASE mark WHEN 'B' THEN 'A' ELSE 'B' END",
}
"""What a correction says otherwise, in the two tables that are nearly the whole district."""

BAD_ROWS = 1_000_000

NEVER = 'sent = "never"'


@dataclass(frozen=True)
class Site:
    """An installation of its own beside a place, with what is sent to it."""

    folder: Path

    @property
    def sent(self) -> Path:
        """The files that are sent."""
        return self.folder / "sent"

    @property
    def workspace(self) -> Workspace:
        """Where they are taken."""
        return workspace_of(load_settings(self.folder / "ontrack.toml"), DISTRICT, TODAY)


def nightly_site(place: Place) -> Site:
    """Where a night's corrections are sent."""
    return Site(place.folder / "nightly")


def bad_site(place: Place) -> Site:
    """Where bad rows are sent."""
    return Site(place.folder / "bad")


def send_corrections(place: Place) -> None:
    """A copy of the district's warehouse, and a delta that corrects every hundredth row."""
    site = nightly_site(place)
    begin(site, dict.fromkeys(CORRECTED, 'kind = "delta"'))
    site.workspace.warehouse.parent.mkdir(parents=True)
    shutil.copyfile(place.warehouse, site.workspace.warehouse)
    with open_warehouse(place.warehouse) as reader:
        for name in CORRECTED:
            reader.connection.execute(f"COPY ({corrections(name)}) TO '{site.sent / name}.csv' (HEADER)")


def corrections(name: str) -> str:
    """The SQL of every hundredth record of a table, each said otherwise today."""
    column, _, value = CORRECTED[name].partition(" = ")
    names = ", ".join(file_columns(TABLES[name]))
    return (
        f"SELECT {names}, DATE '{TODAY}' AS known_on FROM (SELECT * REPLACE ({value} AS {column}) FROM \"{name}\" "
        "WHERE superseded_by_load IS NULL AND NOT withdrawn) JOIN (SELECT student_id, student_key FROM students) "
        "USING (student_key) QUALIFY row_number() OVER () % 100 = 0"
    )


def send_bad_rows(place: Place) -> None:
    """An empty warehouse, and a file of students in which every row is bad, each in another way than its neighbours."""
    site = bad_site(place)
    begin(site, {"students": "most_quarantined = 1.0"})
    with (site.sent / "students.csv").open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file)
        names = ["student_id", "first_name", "last_name", "birth_date", "known_on"]
        write.writerow(names)
        ways = (
            lambda n: [f"{n}", "Ann", "Lee", "2010-02-30", "2026-09-01"],
            lambda n: ["", "Ann", "Lee", "2010-02-03", "2026-09-01"],
            lambda n: [f"{n}", "Ann", "Lee", f"born {n}", "2026-09-01"],
            lambda n: [f"{n}", "Ann", "Lee", "2010-02-03"],
            lambda n: [f"{n}", "Ann", "Lee", "2010-02-03", "2099-01-01"],
        )
        write.writerows(ways[n % len(ways)](n) for n in range(BAD_ROWS))


def begin(site: Site, sent: Mapping[str, str]) -> None:
    """A new installation to which these tables are sent, with what its settings say of each."""
    shutil.rmtree(site.folder, ignore_errors=True)
    site.sent.mkdir(parents=True)
    names = (name for name, table in TABLES.items() if table.from_source)
    said = [f"[districts.files.{name}]\n{sent.get(name, NEVER)}\n" for name in names]
    settings = SETTINGS.replace('records = "records"\n', "") + "".join(said)
    (site.folder / "ontrack.toml").write_text(settings, encoding="utf-8")
