"""The gate on years in which lists were served and support helped: a short form of `benchmarks.served_lists`."""

from dataclasses import replace
from functools import cache

import pytest

from benchmarks.served_lists import Cell, Recorded, Scene, cell, line
from features.settings import Gate

GATES = 6
FEW = Gate(replicates=100)
HELPED = Scene("better", "model", 0.30)


@cache
def seen(scene: Scene) -> Cell:
    """What a few gates say."""
    return cell(scene, gates=GATES, seed=7, bounds=FEW)


def test_a_better_model_whose_own_list_helped_is_still_seen_to_be_better() -> None:
    assert seen(HELPED).lead > 0.03
    assert seen(replace(HELPED, recorded="ignored")).lead < 0.01


def test_an_equal_model_does_not_pass_because_the_list_of_the_rule_helped() -> None:
    equal = Scene("equal", "rule", 0.30)
    assert seen(equal).lead < 0.015
    assert seen(replace(equal, recorded="ignored")).lead > 0.03


def test_a_verdict_that_hangs_on_the_assumption_says_so() -> None:
    assert seen(HELPED).hung > 0.5
    assert seen(replace(HELPED, recorded="ignored")).hung == 0


def test_a_line_is_a_row_of_the_table() -> None:
    assert line(Cell(HELPED, 0.051, 0.92, 0.5, 200)) == "| better | model | 30 | +5.1 | 92.0% | 50% | 200 |"


@pytest.mark.parametrize("recorded", ["all", "two thirds"])
def test_the_same_seed_gives_the_same_figures(recorded: Recorded) -> None:
    scene = replace(HELPED, recorded=recorded)
    assert cell(scene, gates=1, seed=3, bounds=FEW) == cell(scene, gates=1, seed=3, bounds=FEW)
