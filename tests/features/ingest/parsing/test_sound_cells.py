"""Records that are taken without asking the rules of rows: only those that the rules take too."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.ingest.parsing.single_record import rule_broken_by
from features.ingest.parsing.sound_cells import BOOLEANS, PLAIN, TEXT, is_sound, name_in_files
from features.policies.record_policies import NO_POLICIES
from features.table_schema import Column
from features.tables import TABLES
from tests.sweeps import tried

TODAY = date(2026, 1, 15)
ABSENCE = {
    "student_id": "1001", "school_id": "10", "date": "2025-10-03", "section_id": "day", "kind": "absent",
    "absent_hundredths": "100", "excused": "false", "known_on": "2025-10-04",
}  # fmt: skip
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(date.isoformat)
ODD = st.sampled_from(
    ["", " x", "1E+05", "12.0", "2025-02-30", "1899-12-31", "x" * 201, "Ünï", "-", "101", "２", "TRUE"]
)


def cells_of(column: Column) -> st.SearchStrategy[str]:
    """Cells of a column, nearly all of them good."""
    if column.allowed:
        return st.sampled_from(column.allowed)
    if column.kind in ("integer", "hundredths"):
        return st.integers(column.least or 0, column.most or 2000).map(str)
    texts = st.from_regex(TEXT, fullmatch=True, alphabet="aÉ1e0 .-(/")
    return {"date": DAYS, "boolean": st.sampled_from(BOOLEANS)}.get(column.kind, texts)


@st.composite
def records(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """A table and the cells of a record of it, one of which may be odd."""
    table = draw(st.sampled_from(sorted(PLAIN)))
    columns = {name_in_files(one): one for one in TABLES[table].columns if one.kind != "assigned"}
    kept = [name for name, one in columns.items() if one.required or draw(st.booleans())]
    cells = {name: draw(cells_of(columns[name])) for name in kept}
    cells["known_on"] = draw(st.dates(date(2025, 12, 1), date(2026, 1, 16))).isoformat()
    if draw(st.integers(0, 2)) == 0:
        cells[draw(st.sampled_from(sorted(cells)))] = draw(ODD)
    return table, cells


@tried(25, 2000)
@given(records())
def test_what_is_taken_by_its_cells_breaks_no_rule(drawn: tuple[str, dict[str, str]]) -> None:
    table, cells = drawn
    if is_sound(table, cells, TODAY):
        assert rule_broken_by(table, cells, NO_POLICIES, TODAY) is None


@pytest.mark.parametrize(
    ("changed", "sound"),
    [
        ({}, True),
        ({"section_id": "Álgebra (H)"}, True),
        ({"absent_hundredths": "101"}, False),
        ({"kind": "gone"}, False),
        ({"excused": "no"}, False),
        ({"date": "2025-02-30"}, False),
        ({"known_on": "2026-01-16"}, False),
        ({"section_id": "1E+05"}, False),
        ({"section_id": "12.0"}, False),
        ({"section_id": " day"}, False),
        ({"school_id": "~10"}, False),
        ({"unknown": "1"}, False),
    ],
)
def test_what_is_usually_sent_needs_no_rules_and_what_is_odd_does(changed: dict[str, str], sound: bool) -> None:
    assert is_sound("attendance", {**ABSENCE, **changed}, TODAY) is sound
