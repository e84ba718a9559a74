"""A rule's shares in drawn examples: what students with so many signals are told, and how sure that is."""

import numpy as np
import pytest

from models.estimators.published_rule import RuleModel, fit_shares

Level = tuple[float, int, int]
"""A count of signals, past students with it, and how many of them ended off track."""

MESA: tuple[Level, ...] = (
    (0, 674, 57), (1, 8, 2), (2, 83, 35), (3, 12, 9), (4, 27, 14), (5, 7, 4),
    (6, 5, 5), (7, 3, 3), (8, 5, 5), (9, 1, 1), (10, 3, 3),
)  # fmt: skip
"""The demo's Mesa: ninth graders of four school years by their courses with an F, core courses counted twice."""
CORE_FS: tuple[Level, ...] = ((0, 640, 52), (1, 82, 35), (2, 30, 14), (3, 15, 15), (4, 11, 11))
"""As few as Mesa has with three and four core Fs, all of whom ended off track."""


def rule_of(levels: tuple[Level, ...]) -> RuleModel:
    """The rule that past students in these levels give, each with one row."""
    signals = np.repeat([level[0] for level in levels], [level[1] for level in levels])
    label = np.concatenate([np.arange(n) < off_track for _, n, off_track in levels])
    return fit_shares(signals, label, np.arange(len(label)).astype(np.str_))


def said(levels: tuple[Level, ...], count: float) -> tuple[int, int, int, int]:
    """Of 10 students with this count; the interval of 100, and of how many past students it is."""
    rule, asked = rule_of(levels), np.array([float(count)])
    (similar,) = rule.similar_students(asked, least=1)
    assert similar is not None
    return round(10 * rule.risk(asked)[0]), round(100 * similar.low), round(100 * similar.high), similar.n


@pytest.mark.parametrize(
    ("levels", "count", "expected"),
    [
        # all of 26 with three or four core Fs: 9 in 10, not the 4 in 10 of students with one
        (CORE_FS, 4, (9, 87, 100, 26)),
        (CORE_FS, 3, (9, 87, 100, 26)),
        (CORE_FS, 1, (4, 33, 53, 82)),
        # in the demo's Mesa 17 of 17 with six signals or more
        (MESA, 10, (9, 82, 100, 17)),
        (MESA, 6, (9, 82, 100, 17)),
        (MESA, 4, (6, 44, 72, 46)),
        (MESA, 2, (4, 32, 53, 83)),
        (MESA, 0, (1, 7, 11, 674)),
        # one of one leans to its neighbors, and its interval says how little that is
        (((0, 60, 6), (1, 20, 8), (2, 1, 1)), 2, (5, 21, 100, 1)),
        (((0, 5, 0), (1, 1, 1)), 1, (3, 21, 100, 1)),
        # one of one and nobody else
        (((0, 1, 1),), 0, (8, 21, 100, 1)),
        (((0, 1, 0),), 0, (2, 0, 79, 1)),
        # shares that would fall are pooled on the real counts first: 12 of 30
        (((0, 50, 2), (1, 20, 10), (2, 10, 2)), 2, (4, 25, 58, 30)),
        # a few students do not move a level of many
        (((0, 1000, 100), (1, 1000, 300), (2, 2, 2)), 1, (3, 27, 33, 1000)),
    ],
)  # fmt: skip
def test_what_past_students_with_as_many_signals_say(
    levels: tuple[Level, ...], count: float, expected: tuple[int, int, int, int]
) -> None:
    assert said(levels, count) == expected


@pytest.mark.parametrize("levels", [MESA, CORE_FS])
def test_many_signals_are_reached_where_nearly_all_past_students_ended_off_track(levels: tuple[Level, ...]) -> None:
    risk = rule_of(levels).risk(np.array([0.0, 2.0, 4.0, 10.0]))
    assert risk[0] < 0.25
    assert risk[-1] >= 0.5
