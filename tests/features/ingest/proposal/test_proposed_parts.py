"""What is proposed where several columns of one file are records of one table."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from features.ingest.proposal.mapping_proposal import propose_mapping
from features.progress import quietly

Parts = list[tuple[str, str, dict[str, str]]]

ROSTER: Mapping[str, tuple[str, ...]] = {
    "Student ID": tuple(f"{n:05}" for n in range(1, 41)),
    "Last Name": ("Quimby", "Ramos"),
    "First Name": ("Zelda", "Ida"),
    "Birth Date": ("2011-03-14", "2011-05-16"),
}


def parts_for(columns: Mapping[str, tuple[str, ...]], table: str, folder: Path) -> Parts:
    """For a roster with these columns too, each part: the file's column, what it is of, and its codes."""
    whole = {**ROSTER, **columns}
    rows = [",".join(values[n % len(values)] for values in whole.values()) for n in range(40)]
    (folder / "students.csv").write_text("\n".join([",".join(whole), *rows]), encoding="utf-8")
    proposal = propose_mapping(folder, quietly)
    (found,) = [one for one in proposal.tables if one.table.name == table]
    return [
        (
            part.profile.name,
            next((one.mapping.always for one in part.settings if one.mapping.always), ""),
            {code.code: str(code.meaning) for one in part.settings for code in one.codes},
        )
        for part in found.parts
    ]


def test_race_sex_and_one_column_for_each_race_are_parts(tmp_path: Path) -> None:
    """A description of the race that another column has as a code is not a second one."""
    columns = {
        "Race Code": ("1", "2"), "Gender": ("F", "M", "X"), "Race Description": ("Asian", "White"),
        "Hispanic Ind": ("Y", "N"), "Race2": ("3", "", ""),
    }  # fmt: skip
    assert parts_for(columns, "demographics", tmp_path) == [
        ("Race Code", "race_ethnicity", {}),
        ("Gender", "sex", {}),
        ("Hispanic Ind", "race_ethnicity", {"Y": "Hispanic or Latino", "N": "leave out"}),
        ("Race2", "race_ethnicity", {}),
    ]


def test_a_program_in_each_of_several_columns_is_a_part_of_its_own(tmp_path: Path) -> None:
    """Of two columns about one program the one with known codes is taken; what is of no program stays."""
    columns = {
        "Lunch Status": ("F", "R", "P"), "LEP": ("Y", "N"), "Homeless Flag": ("0", "1"),
        "Primary Disability": ("SLD", "", ""), "SPED": ("Y", "N"), "Plan 504": ("Y", "N"),
    }  # fmt: skip
    assert parts_for(columns, "programs", tmp_path) == [
        ("Lunch Status", "", {"F": "low_income", "R": "low_income", "P": "leave out"}),
        ("LEP", "", {"Y": "english_learner", "N": "leave out"}),
        ("Homeless Flag", "", {"0": "leave out", "1": "homeless"}),
        ("SPED", "", {"Y": "special_education", "N": "leave out"}),
    ]


def test_any_value_of_a_column_without_known_codes_may_be_membership(tmp_path: Path) -> None:
    columns = {"Lunch Status": ("F", "P"), "Primary Disability": ("SLD", "OHI", "", "None")}
    parts = parts_for(columns, "programs", tmp_path)
    assert parts[1:] == [("Primary Disability", "special_education", {})]


@pytest.mark.parametrize(
    "columns", [{"Race": ("Asian", "White")}, {"Race": ("Asian",), "Gender Updated": ("2025-01-02",)}]
)
def test_one_column_alone_needs_no_parts(columns: dict[str, tuple[str, ...]], tmp_path: Path) -> None:
    assert parts_for(columns, "demographics", tmp_path) == []
