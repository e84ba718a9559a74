"""Outcomes in the settings: switched, tuned, and a district's own; every mistake is told where it is."""

from datetime import date
from pathlib import Path

import pytest

from features.definitions.catalog import OUTCOMES, outcome_of, outcomes_of
from features.errors import SettingsRefused
from features.settings import Settings
from features.settings_file import load_settings
from features.snapshots.labels import label_outcome
from tests.drawn import reader, school_days

OWN = """
from features.language.feature_set import Outcome, attendance, enrolled, end_of_year, threshold

MISSED = Outcome(
    name="three_weeks_missed",
    says="missed {most_days:g} school days or more",
    ended="missed {most_days:g} school days or more",
    source="a policy of these tests",
    cohort=enrolled(9, first_time=True),
    off_track=attendance.days_absent() >= threshold("most_days", 15),
    horizon=end_of_year(),
)
"""


def settings_in(folder: Path, text: str, **files: str) -> Settings:
    """Settings of that text, beside these files."""
    for name, content in files.items():
        (folder / f"{name}.py").write_text(content, encoding="utf-8")
    (folder / "ontrack.toml").write_text(text, encoding="utf-8")
    return load_settings(folder / "ontrack.toml")


def refusal(folder: Path, text: str, **files: str) -> str:
    """What the settings are refused with."""
    with pytest.raises(SettingsRefused) as refused:
        outcome_of(settings_in(folder, text, **files))
    return str(refused.value)


def test_every_outcome_is_on_at_its_published_thresholds(tmp_path: Path) -> None:
    assert outcomes_of(settings_in(tmp_path, "")) == OUTCOMES


def test_a_threshold_changes_the_words_and_the_definition(tmp_path: Path) -> None:
    """And nothing but that outcome's."""
    text = "[outcomes.grade9_off_track_chicago.thresholds]\nleast_credits = 5.5\n"
    tuned, published = outcomes_of(settings_in(tmp_path, text)), OUTCOMES
    name = "grade9_off_track_chicago"
    assert "fewer than 5.5 credits" in tuned[name].says
    assert tuned[name].definition != published[name].definition
    assert {other: one for other, one in tuned.items() if other != name} == {
        other: one for other, one in published.items() if other != name
    }


def test_a_file_written_before_the_language_had_modules_is_still_read(tmp_path: Path) -> None:
    """Files of districts said `from features.language import …`."""
    text, earlier = 'definitions = ["ours.py"]\n', OWN.replace("features.language.feature_set", "features.language")
    assert "three_weeks_missed" in outcomes_of(settings_in(tmp_path, text, ours=earlier))


def test_an_outcome_that_is_off_is_no_outcome(tmp_path: Path) -> None:
    text = "[outcomes.grade9_off_track_chicago]\non = false\n"
    assert "grade9_off_track_chicago" not in outcomes_of(settings_in(tmp_path, text))
    assert "'grade9_off_track_chicago' is off" in refusal(tmp_path, text)


@pytest.mark.parametrize(("text", "says"), [
    ("[outcomes.grade9_of_track]\non = true", "outcomes.grade9_of_track: no such outcome; did you mean 'grade9_off_tr"),
    ("[outcomes.grade9_off_track_ew.thresholds]\nleast_gp = 2",
     "outcomes.grade9_off_track_ew.thresholds.least_gp: no such threshold; did you mean 'least_gpa'?"),
    ("[training]\noutcome = 'core_f_next_term'", "training.outcome: no outcome 'core_f_next_term'; did you mean"),
    ("definitions = ['nowhere.py']", "nowhere.py: no such file"),
    ("definitions = ['empty.py']", "empty.py: no outcome in it"),
    ("definitions = ['broken.py']", "broken.py, line 2: ZeroDivisionError: division by zero"),
    ("definitions = ['unwritten.py']", "unwritten.py, line 1: SyntaxError"),
    ("definitions = ['wordless.py']", "KeyError: 'many'"),
    ("definitions = ['ours.py']", "outcome 'chronic_absence_9' is defined already; give it another name"),
    ("definitions = ['third.py']", "is about students enrolled in grade 3 on the as-of date, which no feature set cov"),
])  # fmt: skip
def test_a_mistake_is_told_where_it_is(tmp_path: Path, text: str, says: str) -> None:
    files = {
        "empty": "", "broken": "import math\n1 / 0\n", "unwritten": "def\n",
        "wordless": OWN.replace('says="missed {most_days:g}', 'says="missed {many:g}'),
        "ours": OWN.replace("three_weeks_missed", "chronic_absence_9"),
        "third": OWN.replace("enrolled(9, first_time=True)", "enrolled(3)"),
    }  # fmt: skip
    assert says in refusal(tmp_path, text, **files)


def test_a_districts_own_outcome_labels_and_is_tuned_like_ours(tmp_path: Path) -> None:
    """Fourteen days are missed: fewer than its 15, and not fewer than the 14 of the settings."""
    days = school_days(date(2025, 9, 1), 180)
    missed = "| student_id | date |\n" + "\n".join(
        f"| ada | {line.split('|')[3].strip()} |" for line in days.splitlines()[1:15]
    )
    enrolled = "| student_id | school_year | entry_date |\n| ada | 2026 | 2025-09-01 |"
    records = reader({"calendar_days": days, "enrollments": enrolled, "attendance": missed})
    text = "definitions = ['own.py']\n[training]\noutcome = 'three_weeks_missed'\n"
    found = {}
    for bound, more in (("15", ""), ("14", "[outcomes.three_weeks_missed.thresholds]\nmost_days = 14\n")):
        outcome = outcome_of(settings_in(tmp_path, text + more, own=OWN))
        assert outcome.says == f"missed {bound} school days or more"
        found[bound] = label_outcome(records, outcome, date(2025, 11, 20), observed_on=date(2026, 9, 1)).off_track[
            "ada"
        ]
    assert found == {"15": False, "14": True}
