"""Every published rule at its bounds: the value on the bound, the one beside it, and what cannot be told."""

from datetime import date
from functools import cache

import pandas as pd
import pytest

from features.definitions.published_rules import ATTENDANCE_BANDS, PUBLISHED
from features.language.feature_set import Feature, FeatureSet, Held, Indicator, enrolled
from features.snapshots.snapshot import build_snapshot
from features.warehouse.reader import Reader
from tests.drawn import cell, reader, rows_of, school_days, stacked

AS_OF = date(2026, 6, 5)
THIS_YEAR = school_days(date(2025, 9, 1), 200)
LAST_YEAR = school_days(date(2024, 9, 2), 200, school_year=2025)
DAYS = [row["date"] for row in rows_of(THIS_YEAR)]
LAST_DAYS = [row["date"] for row in rows_of(LAST_YEAR)]
RULES = {rule.name: rule for rule in PUBLISHED}
POINTS = {"A": 400, "B": 300, "C": 200, "D": 100, "F": 0}

DRAWN = {
    "chicago_mid_year": """
    | days | missed | ela | math | other | known | events | removed | flagged | signs | because                      |
    | 200  | 0      | A   | F    | AAA   |       |        |         | true    | 1     | 2.0 credits                  |
    | 200  | 0      | A   | F    | AAAA  |       |        |         | false   | 0     | exactly 2.5 credits, one F   |
    | 200  | 0      | F   | F    | AAAAA |       |        |         | true    | 1     | two Fs in core               |
    | 200  | 0      |     |      |       |       |        |         |         |       | no final marks               |
    """,
    "core_grade8_readiness": """
    | days | missed | ela | math | other | known | events | removed | flagged | signs | because                      |
    | 200  | 8      | B   | C    |       |       |        |         | false   | 0     | exactly 2.5 and 96 %         |
    | 200  | 8.5    | B   | C    |       |       |        |         | true    | 1     | 95.75 %                      |
    | 200  | 0      | B   | C    | B C D |       |        |         | true    | 1     | a grade average of 2.2       |
    | 200  | 0      | D   | A    | A     |       |        |         | true    | 1     | a D in English               |
    | 200  | 0      | A   | D    | A     |       |        |         | true    | 1     | a D in math                  |
    | 200  | 0      | A   | A    | D     |       |        |         | false   | 0     | a D elsewhere                |
    | 200  | 0      | A   | A    |       |       |        | in 1    | true    | 1     | suspended within school      |
    | 200  | 0      | A   | A    |       |       |        | det 0   | false   | 0     | detention is none            |
    | 200  | 20     |     |      |       |       |        |         | true    |       | attendance is enough         |
    """,
    "ew_grade9": """
    | days | missed | ela | math | other | known | events | removed | flagged | signs | because                      |
    | 200  | 8      | B   | B    |       |       |        |         | false   | 0     | exactly 3.0 and 96 %         |
    | 200  | 0      | B   | C    | B     |       |        |         | true    | 1     | 2.67                         |
    """,
    "sfusd_incoming_grade9": """
    | days | missed | ela | math | other | known | events | removed | flagged | signs | because                      |
    | 200  | 50     | C   | C    |       | then  |        |         | true    | 1     | 2.0 is enough, 75 % is not   |
    | 200  | 25     | C   | C    |       | then  |        |         | false   | 0     | exactly 87.5 %               |
    | 200  | 25.5   | C   | D    |       | then  |        |         | true    | 2     | both                         |
    | 200  | 50     | F   | F    |       |       |        |         |         |       | nothing of last year         |
    """,
    "balfanz_grade6": """
    | days | missed | ela | math | other | known | events | removed | flagged | signs | because                      |
    | 200  | 40     | A   | A    |       |       |        |         | true    | 1     | exactly 80 %                 |
    | 200  | 39.5   | D   | D    |       |       |        | in 2    | false   | 0     | 80.25 %, Ds, within school   |
    | 200  | 40     | F   | F    |       |       |        | out 1   | true    | 4     | all four                     |
    """,
    "air_high": """
    | days | missed | ela | math | other | known | events | removed | flagged | signs | because                      |
    | 200  | 20     | B   | B    |       |       |        |         | true    | 1     | exactly 10 %                 |
    | 200  | 19.5   | B   | B    |       |       |        | in 0.5  | false   | 0     | 9.75 % and half a day        |
    | 200  | 0      | C   | C    |       |       |        |         | true    | 1     | exactly 2.0                  |
    | 200  | 0      | C   | C    | B     |       |        | out 1   | true    | 1     | a day suspended              |
    | 200  | 0      | A   | A    | F     |       |        |         | true    | 1     | one F                        |
    """,
    "air_middle": """
    | days | missed | ela | math | other | known | events | removed | flagged | signs | because                      |
    | 200  | 40     | A   | A    |       |       |        |         | true    | 1     | exactly 20 %                 |
    | 200  | 39.5   | D   | D    | F     |       |        |         | false   | 0     | an F elsewhere               |
    """,
    "edfi_at_risk": """
    | days | missed | ela | math | other | known | events | removed | flagged | signs | because                      |
    | 200  | 40     | D   | D    |       |       | 4      |         | false   | 0     | exactly 80 %, four incidents |
    | 200  | 40.5   | A   | A    |       |       |        |         | true    | 1     | 79.75 %                      |
    | 200  | 0      | A   | A    |       |       | 5      |         | true    | 1     | the bound itself, on one day |
    | 200  | 0      | A   | A    |       |       | major  |         | true    | 1     | a serious one                |
    | 200  | 0      | F   | A    |       |       |        |         | true    | 1     | an F                         |
    """,
    "edfi_early_warning": """
    | days | missed | ela | math | other | known | events | removed | flagged | signs | because                      |
    | 200  | 24     | C   | C    |       |       | 1      |         | false   | 0     | exactly 88 %, one incident   |
    | 200  | 24.5   | C   | D    |       |       | 2      |         | true    | 3     | all three                    |
    """,
    "chronic_absence": """
    | days | missed | ela | math | other | known | events | removed | flagged | signs | because                      |
    | 200  | 20     |     |      |       |       |        |         | true    | 1     | exactly 90.0 %               |
    | 200  | 19.5   |     |      |       |       |        |         | false   | 0     | 90.25 %                      |
    | 30   | 10     |     |      |       |       |        |         |         | 1     | 30 days are too few          |
    | 31   | 10     |     |      |       |       |        |         | true    | 1     | 31 are not                   |
    | 40   | 40     |     |      |       |       |        |         |         | 1     | never there                  |
    | 200  | 0      |     |      |       |       |        | in 40   | false   | 0     | within school is no absence  |
    """,
    "chronic_absence_20_days": """
    | days | missed | ela | math | other | known | events | removed | flagged | signs | because                      |
    | 20   | 2      |     |      |       |       |        |         | true    | 1     | exactly 90.0 % of 20 days    |
    | 19   | 2      |     |      |       |       |        |         |         | 1     | 19 days                      |
    | 200  | 19.5   |     |      |       |       |        |         | false   | 0     | 90.25 %                      |
    """,
    "core_readiness_last_year": """
    | days | missed | ela | math | other | known | events | removed | flagged | signs | because                      |
    | 200  | 8      | B   | C    |       | then  |        |         | false   | 0     | exactly 2.5 and 96 %         |
    | 200  | 8.5    | B   | C    |       | then  |        |         | true    | 1     | 95.75 %                      |
    | 200  | 0      | B   | C    | B C D | then  |        |         | true    | 1     | a grade average of 2.2       |
    | 200  | 0      | D   | A    | A     | then  |        |         | true    | 1     | a D in English               |
    | 200  | 0      | A   | D    | A     | then  |        |         | true    | 1     | a D in math                  |
    | 200  | 0      | A   | A    |       | then  |        | in 1    | true    | 1     | suspended within school      |
    | 200  | 0      | A   | A    | D     | then  |        | det 0   | false   | 0     | a D elsewhere, detention     |
    | 200  | 50     | F   | F    |       |       |        | in 1    |         |       | nothing of last year         |
    """,
    "chronic_absence_last_year": """
    | days | missed | ela | math | other | known | events | removed | flagged | signs | because                      |
    | 200  | 20     |     |      |       | then  |        |         | true    | 2     | exactly 10 %                 |
    | 200  | 19.5   |     |      |       | then  |        |         | false   | 1     | 9.75 %                       |
    | 200  | 40     |     |      |       | then  |        |         | true    | 3     | exactly 20 %                 |
    | 200  | 50     |     |      |       |       |        |         |         |       | nothing of last year         |
    """,
    "absences_first_20_days": """
    | days | missed | ela | math | other | known | events | removed | flagged | signs | because                      |
    | 20   | 2      |     |      |       |       |        |         | true    | 1     | exactly 10 %                 |
    | 20   | 1.5    |     |      |       |       |        |         | false   | 0     | 7.5 %                        |
    | 20   | 4      |     |      |       |       |        |         | true    | 1     | exactly 20 %                 |
    | 20   | 4.5    |     |      |       |       |        |         | true    | 2     | 22.5 %                       |
    | 5    | 1      |     |      |       |       |        |         | true    | 1     | told on the fifth day        |
    | 4    | 4      |     |      |       |       |        |         |         |       | not on the fourth            |
    | 200  | 50     |     |      |       |       |        |         | false   | 0     | missed later                 |
    """,
}
"""Per rule, what a student has by the year's end, whether that flags, and how many signs there are."""

ACTIONS = {"in": "in_school_suspension", "out": "out_of_school_suspension", "det": "detention"}


def absences(student: str, missed: float, days: list[str]) -> str:
    """That many of the last days missed, and a half where there is one."""
    whole, half = divmod(round(2 * missed), 2)
    lines = [f"| {student} | {day} | absent | 100 |" for day in days[len(days) - whole :]]
    lines += [f"| {student} | {days[-whole - 1]} | partial | 50 |"] if half else []
    return "\n".join(["| student_id | date | kind | absent_hundredths |", *lines])


def final_marks(student: str, row: dict[str, str], year: int) -> str:
    """Final semester marks, half a credit each where passed."""
    given = [("ela", row["ela"]), ("math", row["math"]), *(("other", mark) for mark in row["other"].replace(" ", ""))]
    term = f"| {student} | {year} | s1"
    lines = [
        f"{term} | c{n} | {subject} | {mark} | {POINTS[mark]} | {50 * (mark != 'F')} | {year}-02-01 |"
        for n, (subject, mark) in enumerate(given)
        if mark
    ]
    header = "| student_id | school_year | term_id | course_id | subject | mark | points_hundredths "
    return "\n".join([header + "| credits_earned_hundredths | known_on |", *lines])


def records_of(student: str, row: dict[str, str]) -> dict[str, str]:
    """The records of a student who has what the row says."""
    then, school_year = row["known"] == "then", 2025 if row["known"] == "then" else 2026
    days = LAST_DAYS if then else DAYS[200 - int(row["days"]) :]
    spells = [f"| {student} | 2026 | {DAYS[0] if then else days[0]} | 9 |"]
    spells += [f"| {student} | 2025 | {days[0]} | 8 |"] * then
    severity = "major" if row["events"] == "major" else "minor"
    count = 1 if row["events"] == "major" else int(row["events"] or 0)
    happened = [f"| {student} | {student} {n} | {days[-1]} | {severity} |" for n in range(count)]
    action, length = (row["removed"] or "det 0").split()
    removed = f"| {student} | {student} 9 | {days[-1]} | {ACTIONS[action]} | {round(100 * float(length))} |"
    return {
        "enrollments": "\n".join(["| student_id | school_year | entry_date | grade_level |", *spells]),
        "attendance": absences(student, float(row["missed"]), days),
        "marks": final_marks(student, row, school_year),
        "incidents": "\n".join(["| student_id | incident_id | date | severity |", *happened]),
        "discipline_actions": f"| student_id | incident_id | date | action | days_removed_hundredths |\n{removed}",
    }


def district_of(rows: list[dict[str, str]]) -> Reader:
    """A district in which student `s0` has what the first row says, `s1` what the second one says, and so on."""
    each = [records_of(f"s{place}", row) for place, row in enumerate(rows)]
    drawn = {name: stacked(*(records[name] for records in each)) for name in each[0]}
    return reader({"calendar_days": stacked(THIS_YEAR, LAST_YEAR), **drawn})


def as_features(rule: Indicator) -> type[FeatureSet]:
    """The rule as features: an indicator is a feature with a published threshold."""
    said = {"flagged": Feature(Held(rule.flagged), because="{}"), "signs": Feature(rule.signals, because="{}")}
    return type(rule.name, (FeatureSet,), {"name": rule.name, "cohort": enrolled(9), **said})


SETS = {name: as_features(rule) for name, rule in RULES.items()}


CASES = [(rule, place, row) for rule, drawing in DRAWN.items() for place, row in enumerate(rows_of(drawing))]


@cache
def found_by(rule: str) -> pd.DataFrame:
    """What a rule says of everybody who is drawn for it, by student."""
    return build_snapshot(district_of(rows_of(DRAWN[rule])), SETS[rule], AS_OF).features


@pytest.mark.parametrize(("rule", "place", "row"), CASES, ids=[f"{rule}: {row['because']}" for rule, _, row in CASES])
def test_a_rule_at_its_bounds(rule: str, place: int, row: dict[str, str]) -> None:
    found = found_by(rule).loc[f"s{place}"]
    flagged: str = "" if pd.isna(found["flagged"]) else cell(bool(found["flagged"]))
    assert (flagged, cell(found["signs"])) == (row["flagged"], row["signs"])


def test_every_rule_is_drawn_at_its_bounds() -> None:
    assert set(DRAWN) == set(RULES)
    for drawing in DRAWN.values():
        assert {"true", "false"} <= {row["flagged"] for row in rows_of(drawing)}


class Bands(FeatureSet):
    """The band of a student."""

    name = "bands"
    cohort = enrolled(9)
    band = Feature(ATTENDANCE_BANDS.number, because="{}")


def test_a_student_at_a_bound_belongs_to_the_band_that_begins_there() -> None:
    bands = {0: 0, 9.5: 0, 10: 1, 19.5: 1, 20: 2, 39.5: 2, 40: 3, 200: 3}
    row = rows_of(DRAWN["chronic_absence"])[0]
    found = build_snapshot(district_of([{**row, "missed": str(missed)} for missed in bands]), Bands, AS_OF).features
    assert [found.at[f"s{place}", "band"] for place in range(len(bands))] == list(bands.values())
    assert len(ATTENDANCE_BANDS.names) == len(ATTENDANCE_BANDS.bounds) + 1
