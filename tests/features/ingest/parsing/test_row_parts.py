"""Several records of one row: race, sex and meals in columns of one file, marks of four quarters beside each other."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from features.file_mapping.declaration import FileMapping
from features.file_mapping.validation import validate_mapping
from features.ingest.findings import DataRefused
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import Workspace
from features.ingest.parsing.load_notes import load_notes
from features.progress import quietly
from features.settings import District
from features.warehouse.file import open_warehouse
from tests.features.ingest.staging import Staging, as_csv

WIDE = """
| local_id | since      | race  | hispanic | gender | house |
| 1        | 2025-09-02 | Asian | 0        | F      | Elm   |
| 2        | 2025-09-02 | White | 1        | M      | Elm   |
| 3        | 2025-09-02 |       | 0        |        | Elm   |
| 4        | 2025-09-02 | White | 0        | X      | Elm   |
"""
SINCE = {"student_id": "local_id", "start_date": "since"}
ATTRIBUTES: dict[str, object] = {
    "columns": SINCE,
    "known_on": {"after": "start_date", "days": 0},
    "parts": [
        {"columns": {"attribute": {"always": "race_ethnicity"}, "value": "race"}},
        {
            "columns": {"attribute": {"always": "race_ethnicity"}, "value": "hispanic"},
            "codes": {"value": {"1": "Hispanic"}},
            "leave_out": {"hispanic": ["0"]},
        },
        {"columns": {"attribute": {"always": "sex"}, "value": "gender"}, "codes": {"value": {"F": "F", "M": "M"}}},
    ],
}


def test_each_column_gives_its_own_records_and_an_empty_cell_gives_none(tmp_path: Path) -> None:
    """A code that is not mapped waits, with the part that it stands in."""
    staging = Staging(tmp_path)
    files = staging.send_as("demographics", WIDE, **ATTRIBUTES)
    assert staging.rows("demographics", "student_id", "attribute", "value", "rule") == [
        ("1", "race_ethnicity", "Asian", None),
        ("2", "race_ethnicity", "White", None),
        ("4", "race_ethnicity", "White", None),
        ("2", "race_ethnicity", "Hispanic", None),
        ("1", "sex", "F", None),
        ("2", "sex", "M", None),
        ("4", "sex", None, "ROW04"),
    ]
    assert [(one.file, one.rows, one.left_out) for one in files] == [
        ("demographics.csv (race)", 4, 1), ("demographics.csv (hispanic)", 4, 3), ("demographics.csv (gender)", 4, 1),
    ]  # fmt: skip
    notes = load_notes(staging.writer, [staging.sent("demographics", **ATTRIBUTES)], files)
    assert [str(one) for one in notes if one.code == "NOTE04"] == ["NOTE04 demographics.csv: not read: house"]


MARKS_ACROSS = """
| sid | school | course | title   | q1 | q2 |
| 1   | 10     | ALG    | Algebra | A  | B  |
| 2   | 10     | ALG    | Algebra | C  |    |
"""


def test_marks_beside_each_other_are_of_one_term_each(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    same = {"school_year": "2026", "subject": "math", "mark_kind": "final"}
    columns = {
        "student_id": "sid", "school_id": "school", "course_id": "course", "course_name": "title",
        **{name: {"always": value} for name, value in same.items()},
    }  # fmt: skip
    parts = [{"columns": {"term_id": {"always": term.upper()}, "mark": term}} for term in ("q1", "q2")]
    staging.send_as("marks", MARKS_ACROSS, columns=columns, parts=parts, known_on={"load": True})
    assert staging.rows("marks", "student_id", "term_id", "mark", "rule") == [
        ("1", "Q1", "A", None), ("2", "Q1", "C", None), ("1", "Q2", "B", None),
    ]  # fmt: skip


def test_one_column_with_several_words_is_a_part_for_each(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    drawing = "| sid | services |\n| 1 | EL;SPED |\n| 2 | SPED |\n| 3 | GATE |"
    parts = [
        {"columns": {"program": {"column": "services", "pattern": f"({word})"}}, "codes": {"program": {word: program}}}
        for word, program in (("EL", "english_learner"), ("SPED", "special_education"))
    ]
    said = {"columns": {"student_id": "sid", "start_date": {"always": "2025-07-01"}}, "known_on": {"load": True}}
    files = staging.send_as("programs", drawing, parts=parts, **said)
    assert staging.rows("programs", "student_id", "program") == [
        ("1", "english_learner"), ("1", "special_education"), ("2", "special_education"),
    ]  # fmt: skip
    assert [one.file for one in files] == ["programs.csv (services, part 1)", "programs.csv (services, part 2)"]


def test_a_part_whose_column_is_not_in_the_file_is_refused_with_its_name(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    with pytest.raises(DataRefused, match=r"FILE04 demographics.csv, row 1, column gender: missing column"):
        staging.send_as("demographics", WIDE.replace("gender", "sexe"), **ATTRIBUTES)


WRONG = {
    "no column of the file": ([{"columns": {"attribute": {"always": "sex"}}}], "is a column of the file"),
    "another file": (
        [{"columns": {"value": {"lookup": {"file": "a.csv", "column": "v", "match": ["sid"]}}, "attribute": "a"}}],
        "a lookup is for all parts",
    ),
    "an unknown column": ([{"columns": {"valeu": "race"}}], r"parts, the 1. of them: columns.valeu: .* mean value"),
    "a meaning that cannot be": (
        [{"columns": {"attribute": "a"}, "codes": {"attribute": {"x": "sax"}}}], "the 1. of them: codes.attribute.x",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "said"), WRONG.values(), ids=WRONG.keys())
def test_a_part_that_cannot_be_is_refused_when_settings_are_read(parts: list[object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        validate_mapping("demographics", FileMapping.model_validate({"parts": parts}))


def test_a_mapping_without_parts_keeps_the_digest_that_it_had() -> None:
    assert "parts" not in FileMapping().model_dump()


def test_a_load_of_parts_accounts_for_every_row_and_releases_what_is_mended(tmp_path: Path) -> None:
    """Each part counts the rows of the file; the one that waits is named by its part."""
    lines = as_csv(WIDE).splitlines()
    place = tmp_path / "in"
    place.mkdir()
    never = {name: {"sent": "never"} for name in (
        "schools", "terms", "calendar_days", "programs", "enrollments", "attendance", "marks", "incidents",
        "discipline_actions", "staff", "caseloads",
    )}  # fmt: skip
    named = {"first_name": {"always": "Student"}, "last_name": "local_id", "student_id": "local_id"}
    students = {"file": "wide.csv", "columns": named, "known_on": {"always": "2025-07-01"}}
    mapping = {**ATTRIBUTES, "file": "wide.csv", "most_quarantined": 0.2}
    files = {**never, "students": students, "demographics": mapping}
    workspace = Workspace(
        District.model_validate({"id": "north", "name": "North", "files": files}), tmp_path / "home", date(2026, 1, 15)
    )
    (place / "wide.csv").write_text("\n".join(lines), encoding="utf-8")
    report = ingest(workspace, place, now=datetime(2026, 1, 15, 12, tzinfo=UTC), progress=quietly)
    assert [str(one).split(":")[0] for one in report.quarantine] == ["ROW04 wide.csv (gender), row 5, column value"]
    assert (report.counts("read")["demographics"], report.counts("new")["demographics"]) == (12, 6)
    (place / "wide.csv").write_text("\n".join(lines).replace(",X,", ",M,"), encoding="utf-8")
    report = ingest(workspace, place, now=datetime(2026, 1, 16, 12, tzinfo=UTC), progress=quietly)
    assert (report.quarantine, report.released, report.counts("new")["demographics"]) == ((), 1, 1)
    with open_warehouse(workspace.warehouse) as reader:
        assert len(reader.current("demographics")) == 7
