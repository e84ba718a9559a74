"""CALPADS files: layouts by record type and school year, retirements and corrections, and the way there and back."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from features.file_mapping.declaration import Dialect
from features.ingest.adapters.adapter import Arrival, Conversion
from features.ingest.adapters.calpads.conversion import convert
from features.ingest.files.sources import files_in
from features.ingest.findings import DataRefused
from features.settings import District
from features.simulator.district import simulate_district
from features.simulator.formats.calpads import FOLDER, write_calpads
from features.simulator.formats.latest_records import latest_of
from features.simulator.plan import Plan
from features.sources import calpads
from features.sources.calpads import READ, Calpads, Layout, shipped_layouts
from tests.features.ingest.adapters.packages import TODAY, frame_of

COLUMNS = {one.record: one.columns for one in shipped_layouts()}
APART = {"students": ["state_id"], "schools": ["name"], "demographics": ["start_date"], "discipline_actions": ["date"]}
"""Columns that are told otherwise: schools by their code, made-up state ids, an action on the day of its incident."""


def found_in(
    folder: Path, work: Path, source: Calpads | None = None, *, reading: Dialect | None = None
) -> dict[str, pd.DataFrame]:
    """The canonical rows of the files in a folder."""
    source = source or Calpads()
    district = District(id="harbor", name="Harbor", source=source, reading=reading or Dialect())
    for name in ("scratch", "keeps"):
        (work / name).mkdir(parents=True)
    arrival = Arrival(district, source, files_in(folder), tuple(source.own))
    parts: dict[str, list[pd.DataFrame]] = {}
    for one in convert(Conversion(arrival, TODAY, work / "scratch", None, work / "keeps")):
        parts.setdefault(one.table, []).append(frame_of(one))
    return {table: pd.concat(frames, ignore_index=True) for table, frames in parts.items()}


def line(record: str, **cells: str) -> str:
    """A row of a submission."""
    named = {"type": record, "year": "2025-2026", "ssid": "9000000001", "local_id": "1", "school": "0100001"} | cells
    return "^".join(named.get(name, "") for name in COLUMNS[record])


def submitted(folder: Path, *lines: str) -> Path:
    """A folder with one file of these rows."""
    folder.mkdir()
    (folder / "SENR_20251001.txt").write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    return folder


def test_a_later_row_corrects_and_a_retirement_takes_the_record_back(tmp_path: Path) -> None:
    first = {"start": "20250818", "grade": "09", "status": "10"}
    folder = submitted(
        tmp_path / "in",
        line("SENR", **first),
        line("SENR", **first, local_id="2", ssid="9000000002"),
        line("SENR", **{**first, "exit": "20251002", "exit_reason": "T160"}),
        line("SENR", **first, local_id="2", ssid="9000000002", transaction="D"),
        "SENR^too^short",
    )
    rows = found_in(folder, tmp_path / "work")["enrollments"]
    told = rows[["row", "student_id", "school_year", "exit_date", "exit_kind"]].to_numpy().tolist()
    assert told == [[3, "1", "2026", "2025-10-02", "transferred"]]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (line("SENR"), ""),
        (line("SENR") + "^", r"expected the 35 columns of SENR from school year 2024 on, but there are 36"),
        (line("SENR").replace("SENR", "SENR-R", 1), r"expected the 37 columns of SENR-R"),
        (
            line("SENR", year="2017-2018"),
            r"columns of SENR from school year 2024 on, but a row of these is of 2017-2018",
        ),
        (line("SENR", year="2026-2027"), ""),
        (line("SELA").rpartition("^")[0], r"expected the 15 columns of SELA from school year 2019 on.* are 14"),
        (line("STAS", year="2024-2025") + "^", r"expected the 23 columns of STAS from school year 2024 on.* are 24"),
        ("student^first^last", "SRC02"),
    ],
)
def test_a_file_with_other_columns_is_refused_by_the_layout_that_it_resembles(
    tmp_path: Path, cells: str, said: str
) -> None:
    folder = submitted(tmp_path / "in", cells)
    if said:
        with pytest.raises(DataRefused, match=said):
            found_in(folder, tmp_path / "work")
    else:
        assert len(found_in(folder, tmp_path / "work")["students"]) == 1


def test_files_of_several_years_are_read_each_by_its_own_layout_and_a_known_one_that_is_not_loaded_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns that a later layout puts elsewhere, or an earlier one lacks, are no matter; totals are not read."""
    later = Layout("SENR", 2027, (*COLUMNS["SENR"][:11], "pronouns", *COLUMNS["SENR"][11:], "sworn"))
    monkeypatch.setattr(calpads, "shipped_layouts", lambda: (*shipped_layouts(), later))
    first = {"start": "20250818", "grade": "09", "status": "10", "last_name": "One"}
    folder = submitted(tmp_path / "in", line("SENR", **first), "")
    cells = {"type": "SENR", "year": "2026-2027", "ssid": "9000000001", "local_id": "1", "school": "0100001"}
    cells |= first | {"start": "20260817", "grade": "10", "pronouns": "x"}
    (folder / "SENR_20261001.txt").write_text("^".join(cells.get(name, "") for name in later.columns) + "\r\n")
    (folder / "STAS.txt").write_text(line("STAS") + "^recovered^more\r\n")
    found = found_in(folder, tmp_path / "work")
    assert sorted(found["enrollments"]["school_year"]) == ["2026", "2027"]
    assert found["students"][["row", "last_name"]].to_numpy().tolist() == [[1, "One"]]
    (folder / "SENR_20261001.txt").write_text("^".join(cells.get(name, "") for name in COLUMNS["SENR"]) + "^\r\n")
    with pytest.raises(DataRefused, match=r"of SENR from school year \d+ on, but there are 36"):
        found_in(folder, tmp_path / "again")


def test_an_extract_has_the_layout_of_its_download_whatever_year_its_rows_are_of(tmp_path: Path) -> None:
    """One of 2019 has certificates after the transition status, where one of today has the exemption alone."""
    folder = tmp_path / "in"
    folder.mkdir()
    for since, layout in sorted((one.since, one.columns) for one in shipped_layouts() if one.record == "SENR"):
        cells = {
            "type": "SENR-R",
            "year": "2018-2019",
            "ssid": str(since),
            "local_id": str(since),
            "updated": "20250901",
        }
        cells |= {"start": "20180813", "exit": "20190601", "grade": "12", "exit_reason": "E230", "completion": "100"}
        named = (cells.get(name, "") for name in (*layout, "uploaded", "updated"))
        (folder / f"{since}.txt").write_text("^".join(named) + "\r\n")
    found = found_in(folder, tmp_path / "work")
    told = found["completions"][["student_id", "date", "kind", "known_on"]].to_numpy().tolist()
    assert told == [[since, "2019-06-01", "diploma", "2025-09-01"] for since in ("2020", "2024")]


def test_sinf_has_the_effective_dates_before_the_district_and_of_several_records_the_latest_counts(
    tmp_path: Path,
) -> None:
    """The places are those of both published lists, written out here: field 4 is the effective start date."""
    cells = {1: "SINF", 4: "20240812", 6: "1234567", 7: "0100001", 8: "2024-2025", 9: "9000000001", 10: "1"}
    cells |= {18: "20100301", 19: "F", 23: "N", 25: "600"}
    rows = [cells | {4: "20250101", 19: "X"}, cells, cells | {4: "20250601", 2: "D", 19: "M"}]
    lines = ["^".join(row.get(place, "") for place in range(1, 51)) for row in rows]
    submitted(tmp_path / "in", line("SENR"))
    (tmp_path / "in" / "SINF.txt").write_text("\r\n".join(lines) + "\r\n")
    found = found_in(tmp_path / "in", tmp_path / "work")["demographics"]
    told = sorted(found[["student_id", "attribute", "value", "start_date"]].to_numpy().tolist())
    assert told == [["1", "race_ethnicity", "Black", "2010-03-01"], ["1", "sex", "X", "2010-03-01"]]
    shifted = [cell for place, cell in enumerate(lines[0].split("^")) if place not in (3, 4)] + ["", ""]
    (tmp_path / "in" / "SINF.txt").write_text("^".join(shifted) + "\r\n")
    with pytest.raises(DataRefused, match=r"column 8 of these is the school year, and here it is 1\b"):
        found_in(tmp_path / "in", tmp_path / "again")


def test_columns_that_a_header_names_are_taken_whatever_their_order_and_number(tmp_path: Path) -> None:
    """As the state's specification calls them, with spaces or without; others are passed over."""
    header = "Academic Year ID^Record Type Code^Pronouns^SSID^LocalStudentID^School of Attendance^Transaction Type Code"
    header += (
        "^Student Legal First Name^Student Legal Last Name^Student Birth Date^Enrollment Start Date^Grade Level Code"
    )
    header += "^Enrollment Status Code^Enrollment Exit Date^Student Exit Reason Code^Student School Completion Status"
    row = "2025-2026^SENR-R^x^9000000001^1^0100001^^Ana^One^20100301^20250818^10^10^20251002^T160^"
    folder = submitted(tmp_path / "in", f"{header}^Last Date Updated", f"{row}^20251003", f"{row}^^more")
    found = found_in(folder, tmp_path / "work")["enrollments"]
    told = found[["row", "student_id", "grade_level", "exit_date", "known_on"]].to_numpy().tolist()
    assert told == [[2, "1", "10", "2025-10-02", "2025-10-03"]]
    submitted(tmp_path / "less", header.replace("^Grade Level Code", "^Level"), row)
    with pytest.raises(DataRefused, match=r"in the header of SENR the columns grade \(Grade Level Code\)"):
        found_in(tmp_path / "less", tmp_path / "again")


@pytest.mark.parametrize(("written", "read"), [('"Bud" Lee', '"Bud" Lee'), ('"Bud', '"Bud'), ("O'Brien", "O'Brien")])
def test_a_quote_is_a_letter_where_the_first_cell_has_none(tmp_path: Path, written: str, read: str) -> None:
    folder = submitted(tmp_path / "in", line("SENR", last_name=written), line("SENR", local_id="2", ssid="2"))
    rows = found_in(folder, tmp_path / "work")["students"].sort_values("student_id")
    assert rows["last_name"].tolist() == [read, ""]
    quoted = "^".join(f'"{cell}"' for cell in line("SENR", last_name="Lee^Ng").split("^")).replace('Lee"^"Ng', "Lee^Ng")
    found = found_in(submitted(tmp_path / "quoted", quoted), tmp_path / "again")["students"]
    assert found["last_name"].tolist() == ["Lee^Ng"]


def test_rows_of_another_record_type_in_a_file_are_named_and_not_read(tmp_path: Path) -> None:
    """Incidents and their results have as many columns."""
    cells = {"incident": "i1", "date": "20251001", "statutory": "Y"}
    folder = submitted(tmp_path / "in", line("SINC", **cells), line("SIRS", incident="i2", result="100"))
    district = District(id="harbor", name="Harbor", source=Calpads())
    arrival = Arrival(district, Calpads(), files_in(folder), ("incidents",))
    for name in ("scratch", "keeps"):
        (tmp_path / name).mkdir()
    for rows in convert(Conversion(arrival, TODAY, tmp_path / "scratch", None, tmp_path / "keeps")):
        assert list(frame_of(rows)["incident_id"]) == ["i1"]
        assert rows.malformed is not None
        (told,) = rows.malformed.to_pylist()
        assert told["row"] == 2
        assert told["expected"].startswith("expected a row of SINC, as the file's first row is")


def test_a_file_in_another_encoding_is_read_where_the_district_says_so(tmp_path: Path) -> None:
    folder = submitted(tmp_path / "in", "")
    named = line("SENR", start="20250818", grade="09", last_name="Peña") + "\r\n"
    (folder / "SENR_20251001.txt").write_bytes(named.encode("cp1252"))
    with pytest.raises(DataRefused, match=r'FILE03 .* set encoding = "cp1252"'):
        found_in(folder, tmp_path / "work")
    found = found_in(folder, tmp_path / "again", reading=Dialect(encoding="cp1252"))
    assert list(found["students"]["last_name"]) == ["Peña"]


def test_a_replacement_with_another_start_takes_the_place_of_what_the_row_before_it_told(tmp_path: Path) -> None:
    """Without R a second start is a second spell, as of a student who came back."""
    cells = {"grade": "09", "status": "10"}
    folder = submitted(
        tmp_path / "in",
        line("SENR", **cells, start="20250818", exit="20251001"),
        line("SENR", **cells, start="20251103"),
        line("SENR", **cells, start="20251110", transaction="R"),
        line("SENR", **cells, start="20250818", exit="20251002", transaction="R"),
    )
    rows = found_in(folder, tmp_path / "work")["enrollments"]
    told = sorted(rows[["row", "entry_date", "exit_date"]].to_numpy().tolist())
    assert told == [[3, "2025-11-10", ""], [4, "2025-08-18", "2025-10-02"]]


def test_a_student_learns_english_from_a_status_until_the_day_before_another(tmp_path: Path) -> None:
    said = [("TBD", "20240812"), ("EL", "20240901"), ("EL", "20250901"), ("RFEP", "20260301"), ("EL", "20260401")]
    lines = [line("SELA", status=status, start=start) for status, start in reversed(said)]
    folder = submitted(tmp_path / "in", *lines, line("SELA", ssid="9000000002", status="EO", start="1"))
    rows = found_in(folder, tmp_path / "work")["programs"]
    told = sorted(rows[["student_id", "start_date", "end_date"]].to_numpy().tolist())
    assert told == [["1", "2024-09-01", "2026-02-28"], ["1", "2026-04-01", ""]]
    assert {*rows["program"]} == {"english_learner"}


def test_a_district_may_declare_the_columns_of_its_years(tmp_path: Path) -> None:
    folder = submitted(tmp_path / "in", line("SENR") + "^more")
    own = Calpads(columns={"SENR": (*COLUMNS["SENR"], "more")}, ids="ssid")
    assert list(found_in(folder, tmp_path / "work", own)["students"]["student_id"]) == ["9000000001"]


def test_what_differs_from_our_own_files_is_told_on_the_page_of_sources() -> None:
    """But ids of the state, which are made up where a simulated student has none."""
    apart = {f"{table}.{column}" for table, columns in APART.items() for column in columns}
    assert apart - {"students.state_id"} <= {*Calpads.otherwise}


def test_every_shipped_layout_has_the_columns_that_are_read_each_once() -> None:
    assert {name for names in READ.values() for name in names} <= {*calpads.state_names()}
    for layout in shipped_layouts():
        assert set(READ.get(layout.record, ())) <= {*layout.columns}
        assert len({*layout.columns}) == len(layout.columns)


OF_SDIS = ("type", "transaction", "year", "school", "ssid", "local_id", "incident", "date", "offense", "result", "days")


def test_discipline_before_2020_is_read_by_the_shipped_columns_or_those_that_the_district_declares(
    tmp_path: Path,
) -> None:
    """An incident with two offenses and two results is one incident, and two actions; minor where all of it is."""
    first = "SDIS^^2017-2018^0100001^9000000001^1^i1^20171002"
    folder = submitted(tmp_path / "in", f"{first}^511^110^1", f"{first}^512^100^2.5", f"{first}^511^300^",
                       "SDIS^^2017-2018^0100001^9000000002^2^i2^20180201^511^300^")  # fmt: skip
    found = found_in(folder, tmp_path / "work", Calpads(columns={"SDIS": OF_SDIS}))
    incidents = found["incidents"][["incident_id", "student_id", "date", "severity"]].to_numpy().tolist()
    assert incidents == [["i1", "1", "2017-10-02", "major"], ["i2", "2", "2018-02-01", "minor"]]
    actions = found["discipline_actions"][["incident_id", "action", "days_removed_hundredths"]].to_numpy().tolist()
    assert actions == [["i1", "in_school_suspension", "100"], ["i1", "out_of_school_suspension", "250"]]
    with pytest.raises(DataRefused, match=r"SRC01 .*expected the 23 columns of SDIS from school year 2019 on"):
        found_in(folder, tmp_path / "again")
    cells = {"type": "SDIS-R", "incident": "i3", "date": "20171002", "offense": "100", "result": "100", "days": "3"}
    extract = line("SDIS", year="2017-2018", **cells) + "^20180801^20180801"
    told = found_in(submitted(tmp_path / "extract", extract), tmp_path / "shipped")["discipline_actions"]
    assert told[["incident_id", "student_id", "days_removed_hundredths"]].to_numpy().tolist() == [["i3", "1", "300"]]
    for wrong, said in (({"SDIS": OF_SDIS[:-1]}, "expected each of .* days once"), ({"SDSI": OF_SDIS}, "one of SENR")):
        with pytest.raises(ValidationError, match=said):
            Calpads.model_validate({"columns": wrong})


def test_a_file_of_courses_names_those_of_marks_and_may_have_more_columns(tmp_path: Path) -> None:
    mark = {"course": "M9", "term": "S1", "attempted": "5", "earned": "5", "mark": "B"}
    area = {"course": "M9", "course_name": "Algebra", "uc_requirement": "C"}
    folder = submitted(tmp_path / "in", line("SCSC", **mark), line("SCSC", **{**mark, "course": "X"}))
    (folder / "courses.txt").write_text(line("CRSC", **area) + "^and^more\r\n", encoding="utf-8")
    rows = found_in(folder, tmp_path / "work")["marks"]
    told = rows[["course_name", "subject", "a_g", "credits_earned_hundredths"]].to_numpy().tolist()
    assert told == [["Algebra", "math", "c", "50"], ["X", "other", "", "50"]]


def test_what_extracts_are_said_to_give_is_identical(tmp_path: Path) -> None:
    simulate_district(Plan("harbor", 60, today=date(2026, 1, 15), years=2, seed=5), tmp_path / "records")
    write_calpads(tmp_path / "records", tmp_path / "out", "harbor")
    found = found_in(tmp_path / "out" / FOLDER, tmp_path / "work")
    assert set(found) == set(Calpads.gives)
    for table, given in Calpads.gives.items():
        before, after = latest_of(table, tmp_path / "records" / f"{table}.csv").fillna(""), found[table]
        before = carried(table, before)
        columns = [name for name in given if name in before.columns and name not in APART.get(table, [])]
        assert as_rows(before[columns]) == as_rows(after[columns]), table


def carried(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that the files have a place for."""
    if table == "marks":
        return rows[rows["mark_kind"] == "final"]
    if table == "discipline_actions":
        return rows[~rows["action"].isin(("conference", "detention"))]
    return rows


def as_rows(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """The rows in an order of their own, numbers without a leading zero."""
    texts = frame.astype(object).fillna("").astype(str)
    return sorted(tuple(cell.lstrip("0") for cell in row) for row in texts.to_numpy().tolist())
