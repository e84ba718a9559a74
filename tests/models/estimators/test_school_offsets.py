"""School offsets: a school's own students are told the truth, and nothing is made of few."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.estimators.calibration import Calibrator
from models.estimators.fitting import fit_risk_model
from models.estimators.school_offsets import LEAST_STUDENTS, NO_OFFSETS, SchoolOffsets, fit_school_offsets
from models.examples import Examples, Floats
from tests.models.school_examples import MARKS, drawn_year, rows_of_school


def gap(examples: Examples, risk: Floats, *, school: str, week: int) -> float:
    """The share off track less the mean risk of a school's students in a week."""
    rows = (examples.school == school) & (examples.week == week)
    return float(examples.label[rows].mean() - risk[rows].mean())


def test_a_school_where_more_end_off_track_than_records_show_is_told_so_in_a_year_that_nobody_saw() -> None:
    model = fit_risk_model(drawn_year(2025), seed=7, threads=1, begins=(MARKS,))
    later = drawn_year(2026)
    without, told = model.risk(later.features), model.risk(later.features, later.school)
    assert gap(later, without, school="hard", week=5) > 0.10
    assert abs(gap(later, told, school="hard", week=5)) < 0.07
    assert abs(gap(later, told, school="mild", week=5)) < 0.05
    early, late = model.calibrator.schools.by_school["hard"]
    assert early > 0.4
    assert abs(late) < early / 2


def test_where_schools_do_not_differ_hardly_anything_is_added() -> None:
    model = fit_risk_model(drawn_year(2025, harder=0.0), seed=7, threads=1, begins=(MARKS,))
    assert max(abs(one) for parts in model.calibrator.schools.by_school.values() for one in parts) < 0.2


@pytest.mark.parametrize(
    ("students", "off_track", "low", "high"),
    [
        (LEAST_STUDENTS - 1, LEAST_STUDENTS - 1, 0.0, 0.0),
        (LEAST_STUDENTS, LEAST_STUDENTS, 0.5, 1.0),
        (LEAST_STUDENTS, 6, -0.01, 0.01),
        (40, 16, 0.2, 0.3),
        (4000, 1600, 0.95, 0.98),
    ],
)
def test_a_small_school_leans_to_the_district_and_one_with_too_few_students_has_no_offset(
    students: int, off_track: int, low: float, high: float
) -> None:
    said = np.full(students, np.log(0.2 / 0.8))
    (offset,) = fit_school_offsets(said, rows_of_school(students, off_track), ()).by_school["70"]
    assert low <= offset <= high  # of 4,000, 40 in 100: the log odds are .98 above those of 20 in 100


def test_more_dates_of_the_same_students_are_no_more_evidence() -> None:
    once = rows_of_school(100, 40)
    thrice = once.take(np.repeat(np.arange(100), 3))
    found = [fit_school_offsets(np.full(len(rows), -1.4), rows, ()).by_school["70"][0] for rows in (once, thrice)]
    assert found[0] == pytest.approx(found[1])


def test_rows_without_schools_or_school_weeks_have_no_offsets() -> None:
    rows = rows_of_school(100, 40)
    for one in (replace(rows, school=None), replace(rows, week=None)):
        assert fit_school_offsets(np.zeros(100), one, (11,)) == NO_OFFSETS


def test_a_new_school_and_an_unknown_week_have_none() -> None:
    offsets = SchoolOffsets((11, 22), {"70": (0.5, 0.2, 0.1)})
    school, week = np.array(["70"] * 5 + ["80"]), np.array([10.0, 11, 21, 22, np.nan, 5])
    assert offsets.of(school, week).tolist() == [0.5, 0.2, 0.2, 0.1, 0, 0]


offsets = st.floats(-3, 3)


@given(margins=st.lists(st.floats(-20, 20), min_size=2, max_size=20), offset=offsets, week=st.integers(1, 40))
def test_no_two_students_of_one_school_change_places(margins: list[float], offset: float, week: int) -> None:
    rising = np.unique(np.round(margins, 3))
    schools = SchoolOffsets((11,), {"70": (offset, offset / 2)})
    added = schools.of(np.full(len(rising), "70"), np.full(len(rising), float(week)))
    assert (np.diff(Calibrator(1, 1.2, 0).risk_of(rising, added)) >= 0).all()


@given(by_school=st.dictionaries(st.text(min_size=1), st.tuples(offsets, offsets)))
def test_json_gives_the_same_offsets_back(by_school: dict[str, tuple[float, float]]) -> None:
    calibrator = Calibrator(1.1, 0.9, -0.2, SchoolOffsets((11,), by_school) if by_school else NO_OFFSETS)
    assert Calibrator.from_json(calibrator.to_json()) == calibrator


def test_a_calibrator_written_before_there_were_offsets_opens() -> None:
    found = Calibrator.from_json('{"high": 1.0, "intercept": 0.0, "low": 1.0}')
    assert found.schools == NO_OFFSETS
    assert "schools" not in found.to_json()


@pytest.mark.parametrize(
    "schools", ['{"begins": [11], "by_school": {"70": [0.1]}}', '{"begins": [22, 11], "by_school": {}}', '{"begin": 1}']
)
def test_offsets_that_do_not_fit_their_parts_are_an_error(schools: str) -> None:
    with pytest.raises(ValueError, match="school"):
        Calibrator.from_json(f'{{"low": 1, "high": 1, "intercept": 0, "schools": {schools}}}')
