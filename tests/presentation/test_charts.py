"""Charts: named, described, without inline style; one point for one risk, names that do not meet."""

import re
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from models.metrics.calibration_error import ReliabilityBin
from presentation.charts.funnel_chart import MOST_MARKS, FunnelLimits, FunnelScale, limit_marks, round_marks
from presentation.charts.interval_chart import NamedInterval, difference_chart, share_chart
from presentation.charts.line_chart import LineSeries, precision_chart, rate_chart, reliability_chart, spread
from presentation.charts.marks import BarMark, Chart, DotMark, LineMark, PathMark, TextMark
from presentation.charts.record_chart import ChartWords, RecordColumn, bar_chart, point_chart
from presentation.environment import TEMPLATES, template_environment
from presentation.numbers import signed_of_100
from training.report.comparison import merged_bins


@dataclass(frozen=True)
class Drawn:
    """An interval."""

    estimate: float
    low: float
    high: float


TWO = [
    LineSeries("model", "<b>model</b>", [(0.1, 0.9), (0.2, 0.7)]),
    LineSeries("rule", "published rule", [(0.1, 0.6), (0.2, 0.5)]),
]
ROWS = [NamedInterval("<b>first</b>", Drawn(-0.2, -0.3, 0.1)), NamedInterval("second", Drawn(0.02, -0.01, 0.05))]
WORDS = ChartWords("days", "<b>Days</b> missed", "Days missed in each week.")
COLUMNS = [RecordColumn(0, "none & nothing", "Oct", "2025–26"), RecordColumn(5, "all", "", "")]
CHARTS: dict[str, Chart] = {
    "reliability": reliability_chart(TWO),
    "precision": precision_chart(TWO, own=0.2, everyone=0.1),
    "rates": rate_chart(TWO, name="rates", words="found", title="Found"),
    "differences": difference_chart(ROWS, name="differences", title="Differences"),
    "shares": share_chart(ROWS, name="shares", title="Shares", guide=(0.4, "promised")),
    "bars": bar_chart(COLUMNS, [(0, "0"), (5, "5")], WORDS, most=5),
    "points": point_chart(COLUMNS, [(0, "0"), (5, "5")], WORDS, most=5),
}


def drawn(chart: Chart) -> str:
    """The chart as SVG."""
    return template_environment(TEMPLATES).from_string("{{ draw(chart) }}").render(chart=chart)


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_every_chart_has_a_title_and_a_description_and_no_style_or_script_of_its_own(chart: Chart) -> None:
    svg = drawn(chart)
    name, described = re.findall(r'aria-labelledby="(.*?)" aria-describedby="(.*?)"', svg)[0]
    assert f'<title id="{name}">{Markup.escape(chart.title)}</title>' in svg
    assert f'<desc id="{described}">{Markup.escape(chart.description)}</desc>' in svg
    assert len(chart.title) > 3
    assert len(chart.description) > 10
    assert not re.search(r"style=|<style|<script|\son\w+=|<b>|nan", svg)


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_every_mark_is_inside_its_chart(chart: Chart) -> None:
    numbers = {key: list(map(float, re.findall(rf'\b{key}="(.*?)"', drawn(chart)))) for key in ("x", "y", "cx", "cy")}
    assert all(0 <= x <= chart.width for x in numbers["x"] + numbers["cx"])
    assert all(0 <= y <= chart.height for y in numbers["y"] + numbers["cy"])


def test_a_line_is_told_by_its_points_too() -> None:
    dots = [mark for mark in CHARTS["precision"].marks if isinstance(mark, DotMark)]
    assert [dot.square for dot in dots] == [False, False, True, True]


def test_a_chart_says_its_values_to_those_who_do_not_see_it() -> None:
    assert CHARTS["precision"].description == "<b>model</b>: 90, 70. published rule: 60, 50."
    assert CHARTS["differences"].description == "<b>first</b>: −20; second: +2."


def test_a_single_capacity_can_be_drawn() -> None:
    chart = precision_chart([LineSeries("model", "model", [(0.15, 0.7)])], own=0.15, everyone=0.1)
    assert "nan" not in drawn(chart)
    assert [mark.style for mark in chart.marks if isinstance(mark, BarMark)] == ["here"]


def test_an_interval_beyond_the_axis_ends_at_the_axis() -> None:
    wide = share_chart([NamedInterval("wide", Drawn(0.9, 0.5, 1.3))], name="wide", title="Wide")
    line = next(mark for mark in wide.marks if isinstance(mark, LineMark) and mark.style == "line model")
    last = next(mark for mark in wide.marks if isinstance(mark, TextMark) and mark.words == "100")
    assert line.x2 == last.x


def test_a_bar_of_nothing_keeps_a_sliver() -> None:
    assert [mark.height for mark in CHARTS["bars"].marks if isinstance(mark, BarMark)] == [1.5, 120.0]


def test_bins_of_one_risk_become_one_point() -> None:
    bins = [ReliabilityBin(10, 0.1, 0.2), ReliabilityBin(9, 0.1, 0.2), ReliabilityBin(10, 0.5, 0.4)]
    assert merged_bins(bins) == [ReliabilityBin(19, 0.1, 0.2), ReliabilityBin(10, 0.5, 0.4)]


def test_names_beside_lines_keep_apart_and_in_order() -> None:
    placed = spread({"low": 101.0, "high": 100.0, "far": 300.0})
    assert placed["high"] == 100.0
    assert placed["low"] - placed["high"] >= 17
    assert placed["far"] == 300.0


@pytest.mark.parametrize(("share", "words"), [(0.104, "+10"), (-0.3, "−30"), (-0.001, "0"), (0.0, "0")])
def test_a_difference_never_is_a_signed_nought(share: float, words: str) -> None:
    assert signed_of_100(share) == words


@given(low=st.floats(0, 90), width=st.floats(0.5, 20_000))
def test_numbers_of_an_axis_are_round_few_and_within_it(low: float, width: float) -> None:
    marks = round_marks(low, low + width)
    assert len(marks) <= MOST_MARKS + 2
    seen = 1e-6 * max(width, 1)  # a millionth of the axis is in no picture
    assert all(low - seen <= one <= low + width + seen for one in marks)
    steps = {round(after - before, 6) for before, after in pairwise(marks)}
    assert len(steps) <= 1
    assert all(f"{step:g}".rstrip("0") in {"1", "2", "5"} for step in steps)


def test_the_page_of_a_collaborative_counts_students_in_round_numbers() -> None:
    assert round_marks(0, 1728) == [0, 500, 1000, 1500]
    assert round_marks(38.2, 64.9) == [40, 50, 60]


def test_a_limit_of_chance_begins_where_it_enters_the_chart_and_never_runs_along_its_edge() -> None:
    limits = FunnelLimits((0, 100, 200, 300), (0.0, 0.2, 0.42, 0.45), (1.0, 0.56, 0.54, 0.53), "low")
    scale = FunnelScale(most=300, low=0.4, high=0.6)
    low, high = (mark.points for mark in limit_marks(limits, scale) if isinstance(mark, PathMark))
    assert low[0] == (scale.x(100 + 100 * 20 / 22), scale.y(0.4))
    assert high[0] == (scale.x(100 * 40 / 44), scale.y(0.6))
    for line in (low, high):
        assert all(y not in (scale.y(0.4), scale.y(0.6)) for _, y in line[1:])
    none = FunnelLimits((0, 100, 200), (0.0, 0.0, 0.1), (1.0, 0.9, 0.5), "low")
    first, *_ = limit_marks(none, FunnelScale(most=200, low=0.0, high=0.6))
    assert isinstance(first, PathMark)
    assert first.points[0][0] == FunnelScale(200, 0.0, 0.6).x(100)
    beyond = FunnelLimits((0, 100), (0.0, 0.2), (1.0, 0.9), "low")
    assert limit_marks(beyond, scale) == []
