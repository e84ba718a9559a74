"""A student's school year on one line of time, beside the same in words."""

import re
from datetime import date, timedelta

import pytest

from presentation.charts.marks import BarMark, DotMark, TextMark
from presentation.charts.record_chart import ChartWords
from presentation.charts.timeline_chart import LEFT, RIGHT, WIDTH, Lane, Spot, time_scale, timeline_chart
from serving.pages.year_charts import by_day, record_happenings, week_happening
from serving.pages.year_timeline import LANES, Happening, Kind, year_timeline
from serving.store.rows import RunRow, ScoreRow
from serving.store.student_records import ScoreRecords
from serving.wording.locale import load_language
from tests.serving.browser import Browser
from tests.serving.example_service import TODAY, ExampleService
from tests.serving.pages.example_entries import SAID, SECRET, STUDENT, write_everything

ENGLISH = load_language("en")
YEAR: tuple[Happening, ...] = (
    Happening("attendance", date(2026, 10, 5), "1 of 5", share=0.2),
    Happening("attendance", date(2026, 10, 12), "0 of 5", share=0.0),
    Happening("mark", date(2026, 10, 16), "Algebra 1: F"),
    Happening("contact", date(2026, 5, 4), "Last year’s call"),
    Happening("contact", date(2026, 10, 20), "Phone call", tried=True),
    Happening("contact", date(2026, 11, 2), "Talk in person"),
    Happening("plan", date(2026, 6, 1), "Summer reading, until Sep 4", until=date(2026, 9, 4)),
    Happening("plan", date(2026, 12, 1), "Begins after today", until=date(2027, 1, 8)),
)


def test_each_kind_has_a_lane_and_where_nothing_is_on_record_its_name_says_so() -> None:
    found = year_timeline(ENGLISH, YEAR, TODAY)
    assert found is not None
    names = [mark.words for mark in found.chart.marks if isinstance(mark, TextMark) and mark.style == "name"]
    assert names == ["Days missed", "Marks", "Incidents: none on record", "Contacts", "Plans"]
    axis = [mark.words for mark in found.chart.marks if isinstance(mark, TextMark) and mark.style == "axis"]
    assert axis == ["Jul", "Aug", "Sep", "Oct", "Nov"]


def test_the_table_has_what_the_chart_shows_newest_first_without_last_year_and_without_weeks_of_none_missed() -> None:
    found = year_timeline(ENGLISH, YEAR, TODAY)
    assert found is not None
    assert found.table.rows == (
        ("Nov 2", "Contacts: Talk in person"), ("Oct 20", "Contacts: Phone call"), ("Oct 16", "Marks: Algebra 1: F"),
        ("Oct 5", "Days missed: 1 of 5"), ("Jun 1", "Plans: Summer reading, until Sep 4"),
    )  # fmt: skip
    shapes = [mark for mark in found.chart.marks if isinstance(mark, (BarMark, DotMark))]
    assert [mark.says for mark in shapes] == [
        "Oct 5: 1 of 5", "Oct 12: 0 of 5", "Oct 16: Algebra 1: F", "Oct 20: Phone call", "Nov 2: Talk in person",
        "Jun 1: Summer reading, until Sep 4",
    ]  # fmt: skip
    assert [mark.style for mark in shapes if isinstance(mark, DotMark)] == ["dot held", "dot", "dot held"]


@pytest.mark.parametrize("happenings", [(), YEAR[3:4], YEAR[7:]])
def test_a_year_of_which_nothing_is_on_record_yet_has_no_line(happenings: tuple[Happening, ...]) -> None:
    assert year_timeline(ENGLISH, happenings, TODAY) is None


@pytest.mark.parametrize("until", [date(2026, 8, 1), date(2026, 8, 31), date(2027, 6, 30)])
def test_every_shape_stands_between_the_ends_of_the_axis(until: date) -> None:
    days = [date(2026, 7, 1) + timedelta(days=13 * i) for i in range(28)]
    spots = tuple(Spot(day, "", until=day + timedelta(days=200)) for day in days if day <= until)
    chart = timeline_chart([Lane("", spots)], ChartWords("t", "", ""), until=until, months=list("JFMAMJJASOND"))
    bars = [mark for mark in chart.marks if isinstance(mark, BarMark)]
    assert len(bars) == len(spots)
    assert all(bar.x >= LEFT and bar.x + bar.width <= WIDTH - RIGHT + 3 for bar in bars)
    scale = time_scale([Lane("", spots)], until)
    assert scale.x(spots[0].day) < scale.x(until)


def test_what_came_on_one_day_is_one_shape_and_a_week_says_how_many_days_it_had() -> None:
    said: list[tuple[str, str]] = [("2026-10-16", "Biology: D"), ("2026-10-16", "English 9: C")]
    kind: Kind = "mark"
    assert [one.words for one in by_day(kind, said)] == ["Biology: D; English 9: C"]
    week = week_happening(ENGLISH, {"week": "2026-09-07", "days": 4, "missed": 150})
    assert (week.words, week.share) == ("1.5 of 4 school days of the week", 0.3)
    assert set(LANES) >= {kind, week.kind}


def test_incidents_with_what_followed_and_marks_of_this_year_alone_are_on_the_line() -> None:
    marks = [
        {"school_year": year, "course_name": course, "mark": mark, "known_on": day}
        for year, course, mark, day in ((2026, "Math 8", "D", "2026-06-05"), (2027, "Algebra 1", "F", "2026-10-16"))
    ]
    seen = {
        "marks": marks,
        "incidents": [{"date": "2026-09-30", "severity": "minor"}, {"date": "2026-10-02", "severity": None}],
        "discipline_actions": [{"date": "2026-09-30", "action": "detention"}],
    }
    run, score = RunRow(school_year=2027, weeks=["2026-09-28"]), ScoreRow(history="5/100")
    found = record_happenings(ENGLISH, ScoreRecords(score, run, seen))  # type: ignore[arg-type]  # lists are invariant
    assert [(one.kind, f"{one.day}", one.words) for one in found] == [
        ("attendance", "2026-09-28", "1 of 5 school days of the week"),
        ("mark", "2026-10-16", "Algebra 1: F"),
        ("incident", "2026-09-30", "Minor; Detention"),
        ("incident", "2026-10-02", "–"),
    ]


def test_the_page_folds_the_line_shows_contacts_and_plans_and_keeps_what_is_restricted(
    service: ExampleService,
) -> None:
    write_everything(service, "harbor")
    page = section(service)
    assert "<details><summary>" in page
    assert "A daily check-in with one adult, until Dec 14, 2026" in page
    assert "Contacts: Phone call, Family" in page
    assert not [word for word in (SECRET, SAID, " style=", "<script") if word in page]


def section(service: ExampleService) -> str:
    """The part of the student's page with the line."""
    html = Browser(service, "harbor", "s-ines").get(STUDENT).text
    found = re.search(r'<section aria-labelledby="year".*?</section>', html, re.DOTALL)
    assert found is not None
    return found[0]
