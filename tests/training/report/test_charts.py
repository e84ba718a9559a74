"""The charts and numbers of a report: one point for one risk, names that do not meet, no signed nought."""

import pytest

from models.metrics.calibration_error import ReliabilityBin
from presentation.numbers import signed_of_100
from training.report.charts import Series, merged, precision_chart, spread


def test_a_single_capacity_can_be_drawn() -> None:
    chart = precision_chart([Series("model", "model", [(0.15, 0.7)])], own=0.15, everyone=0.1)
    assert "nan" not in chart
    assert 'class="here"' in chart


def test_bins_of_one_risk_become_one_point() -> None:
    assert merged([ReliabilityBin(10, 0.1, 0.2), ReliabilityBin(9, 0.1, 0.2), ReliabilityBin(10, 0.5, 0.4)]) == [
        ReliabilityBin(19, 0.1, 0.2),
        ReliabilityBin(10, 0.5, 0.4),
    ]


def test_names_beside_lines_keep_apart_and_in_order() -> None:
    placed = spread({"low": 101.0, "high": 100.0, "far": 300.0})
    assert placed["high"] == 100.0
    assert placed["low"] - placed["high"] >= 17
    assert placed["far"] == 300.0


@pytest.mark.parametrize(("share", "words"), [(0.104, "+10"), (-0.3, "−30"), (-0.001, "0"), (0.0, "0")])
def test_a_difference_never_is_a_signed_nought(share: float, words: str) -> None:
    assert signed_of_100(share) == words
