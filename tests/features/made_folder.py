"""A district as a folder of files, to be changed and loaded."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from features.ingest.findings import DataRefused
from features.ingest.load.import_steps import ingest
from features.progress import quietly
from tests.drawn import school_days, workspace_at

DRAWN = {
    "schools": "| school_id |\n| 10 |",
    "students": """
    | student_id | first_name | last_name |
    | 1001       | Zelda      | Quimby    |
    | 1002       | Xavier     | Quimby    |
    """,
    "calendar_days": school_days(date(2025, 10, 1), 5),
    "enrollments": """
    | student_id | school_year | entry_date |
    | 1001       | 2026        | 2025-10-01 |
    """,
    "attendance": """
    | student_id | date       |
    | 1001       | 2025-10-02 |
    """,
    "marks": """
    | student_id | school_year | term_id | course_id | subject | mark | known_on   |
    | 1001       | 2026        | q1      | alg1      | math    | F    | 2025-10-03 |
    """,
}


@dataclass(frozen=True)
class District:
    """A folder of files and the warehouse they were loaded into."""

    folder: Path
    warehouse: Path

    def change(self, name: str, old: str, new: str) -> None:
        """A part of a file, which must be there, becomes another."""
        path = self.folder / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def refused(self) -> str:
        """What a load of the folder is refused with; the warehouse is the same bytes, nothing is left beside it."""
        before, files = self.digest(), self.beside()
        with pytest.raises(DataRefused) as refusal:
            self.load()
        assert refusal.value.exit_code == 3
        assert (self.digest(), self.beside()) == (before, files)
        assert not any(name in str(refusal.value) for name in ("Zelda", "Xavier", "Quimby"))
        return str(refusal.value)

    def load(self) -> int | None:
        """The load that the folder as it stands became; None where nothing changed."""
        now = datetime(2026, 1, 1, tzinfo=UTC)
        return ingest(workspace_at(self.warehouse), self.folder, now=now, progress=quietly).load_id

    def digest(self) -> str:
        """The warehouse's bytes."""
        return sha256(self.warehouse.read_bytes()).hexdigest() if self.warehouse.exists() else "absent"

    def beside(self) -> list[str]:
        """What is in the warehouse's folder."""
        return sorted(path.name for path in self.warehouse.parent.iterdir() if path.suffix != ".lock")
