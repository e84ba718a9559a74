"""Findings as sentences: where, how many rows, the first of them, and one sentence for many files."""

import pytest

from features.ingest.findings import DataRefused, Finding, by_sentence

ROWS = {
    "of a whole file": (Finding("FILE10", "a.csv", None, "", "expected a header"), "FILE10 a.csv: expected a header"),
    "one row": (Finding("ROW03", "a.csv", 7, "date", "a date"), "ROW03 a.csv, row 7, column date: a date"),
    "a few": (Finding("ROW01", "a.csv", 7, "", "3 cells", 2, (9,)), "ROW01 a.csv, rows 7, 9: 3 cells"),
    "many": (
        Finding("ROW01", "a.csv", 7, "", "expected 3 cells", 1200, (9, 11)),
        "ROW01 a.csv, 1,200 rows (7, 9, 11 and 1,197 more): expected 3 cells",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("finding", "said"), ROWS.values(), ids=ROWS.keys())
def test_a_finding_names_its_place_and_counts_its_rows(finding: Finding, said: str) -> None:
    assert str(finding) == said


def of_year(year: int, rule: str = "ROW03", expected: str = "expected a date") -> Finding:
    """A finding in the extract of a year."""
    return Finding(rule, f"att_{year}.csv", 2, "date", expected, 100, (3, 4))


def test_what_many_files_have_in_common_is_one_sentence() -> None:
    findings = [of_year(2020), of_year(2020, "ROW02"), of_year(2021), of_year(2022)]
    first, second = map(str, by_sentence(findings))
    assert first == (
        "ROW03 att_2020.csv and 2 more files, 300 rows (2, 3, 4 and 297 more), column date: expected a date"
    )
    assert second == "ROW02 att_2020.csv, 100 rows (2, 3, 4 and 97 more), column date: expected a date"


def test_what_is_expected_otherwise_is_another_sentence() -> None:
    assert len(by_sentence([of_year(2020), of_year(2021, expected="expected 31 days at most")])) == 2


def test_a_refusal_of_forty_files_is_one_line() -> None:
    """All findings are kept for a program."""
    refusal = DataRefused([of_year(1980 + n) for n in range(40)])
    assert len(refusal.findings) == 40
    assert str(refusal).splitlines()[1:] == [
        "  ROW03 att_1980.csv and 39 more files, 4,000 rows (2, 3, 4 and 3,997 more), column date: expected a date"
    ]
