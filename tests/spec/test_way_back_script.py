"""The SQL of what a way back asks: the same for a date whether it was compiled for it or for any."""

from datetime import date

import pytest

from features.definitions.catalog import OUTCOMES
from features.engine.snapshot_query import for_day
from features.engine.view import View
from features.snapshots.labels import OutcomePeriod
from features.way_back.remaining_finals import course_script, earlier_finals_script
from features.way_back.remaining_year import WayBackQuery, for_asking, standing_script
from features.way_back.rule_bounds import rule_bounds

DAY, LAST, TERM = date(2026, 11, 20), date(2027, 6, 4), date(2027, 1, 11)


@pytest.mark.parametrize(("outcome", "term"), [
    ("grade9_off_track_chicago", None), ("chronic_absence_10_12", None), ("core_f_next_term_9", TERM),
])  # fmt: skip
def test_a_script_for_any_day_is_that_of_the_day(outcome: str, term: date | None) -> None:
    asked = OUTCOMES[outcome]
    asking = WayBackQuery(
        asked, rule_bounds(asked), asked.cohort, View(DAY, 2027), OutcomePeriod(LAST, LAST, 2027, term)
    )
    for make in (standing_script, course_script):
        assert for_asking(make, asking) == make(asking)
    assert for_day(earlier_finals_script, asking.start, asked.cohort) == earlier_finals_script(asking.start)
