"""What people wrote on the pages stays in the warehouse whatever a district's files say."""

from datetime import date
from pathlib import Path

import pandas as pd

from features.file_mapping.declaration import FileMapping
from features.warehouse.file import change_warehouse, open_warehouse
from tests.drawn import load

STUDENTS = """
    | student_id |
    | ada        |
"""
BOTH = """
    | support_id | student_id | kind    | date       | known_on   |
    | c1         | ada        | contact | 2025-10-01 | 2025-10-01 |
    | c2         | ada        | contact | 2025-10-02 | 2025-10-02 |
"""
FIRST_ALONE = """
    | support_id | student_id | kind    | date       | known_on   |
    | c1         | ada        | contact | 2025-10-01 | 2025-10-01 |
"""
FORGED = f"""{FIRST_ALONE.rstrip()}
    | ~x         | ada        | contact | 2025-10-09 | 2025-10-09 |
"""


def test_a_full_extract_withdraws_its_own_and_neither_brings_nor_withdraws_what_pages_wrote(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouses" / "north.duckdb"
    load(tmp_path / "one", warehouse, {"students": STUDENTS, "supports": BOTH})
    with change_warehouse(warehouse) as writer:
        page = {"support_id": "~x", "student_key": "k", "kind": "contact", "date": date(2025, 10, 3)}
        known = {"district_id": "north", "known_on": date(2025, 10, 3), "load_id": 1, "withdrawn": False}
        writer.add("supports", pd.DataFrame([{**page, **known}]))
    files = {"supports": FileMapping(most_quarantined=1)}
    load(tmp_path / "two", warehouse, {"students": STUDENTS, "supports": FIRST_ALONE}, files=files)
    report = load(tmp_path / "three", warehouse, {"students": STUDENTS, "supports": FORGED}, files=files)
    with open_warehouse(warehouse) as reader:
        held = reader.current("supports").set_index("support_id")["date"]
    assert {key: f"{day:%m-%d}" for key, day in held.items()} == {"c1": "10-01", "~x": "10-03"}
    assert [finding.code for finding in report.quarantine] == ["ROW03"]
