"""Track records: who counts as flagged alike, how wide an interval may be, and that it is honest."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.ledger.flag_resolution import RESOLUTIONS
from features.ledger.ledger import Ledger
from models.metrics.intervals import wilson_interval
from models.metrics.track_record import (
    LEAST_STUDENTS,
    OTHERS,
    LeadTime,
    ListRecord,
    ListTurnover,
    TrackRecord,
    lead_weeks,
    list_records,
    list_turnover,
    tenth_of,
    tenth_of_one,
    track_records,
)

FLAG_COLUMNS = ("student_key", "as_of", "scorer", "risk", "school_year", "resolution")
Flag = tuple[str, str, str, float, int, str]


def ledger(flags: Sequence[Flag], students: pd.DataFrame | None = None) -> Ledger:
    """A ledger of these flags, in order."""
    frame = pd.DataFrame(flags, columns=list(FLAG_COLUMNS)).astype({"as_of": "datetime64[s]"})
    frame = frame.assign(at_random=False, resolution=pd.Categorical(frame["resolution"], RESOLUTIONS))
    return Ledger("made", frame.sort_values("as_of", kind="stable"), pd.DataFrame() if students is None else students)


def many(
    n: int, true: int, *, risk: float = 0.55, year: int = 2025, scorer: str = "model", first: int = 0
) -> list[Flag]:
    """Flags of as many students, of whom so many came true."""
    return [
        (f"s{first + i}", f"{year - 1}-11-20", scorer, risk, year, "came_true" if i < true else "did_not")
        for i in range(n)
    ]


def record(flags: Sequence[Flag], risk: float = 0.55, *, scorer: str = "model", year: int = 2026) -> TrackRecord | None:
    (found,) = track_records(ledger(flags), scorer=scorer, risk=np.array([risk]), school_year=year)
    return found


def test_of_100_students_flagged_like_this() -> None:
    found = record(many(100, 62))
    assert found == TrackRecord(
        "risk", 100, 62, 0, 62.0, found.low if found else 0, found.high if found else 0, (2025,)
    )
    assert (round(found.low, 1), round(found.high, 1)) == (52.2, 70.9)


def test_wilson_says_what_is_published() -> None:
    """Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    published = {(81, 263): (25.53, 36.62), (15, 148): (6.24, 16.05), (0, 20): (0.0, 16.11), (1, 29): (0.61, 17.18)}
    for (of_them, n), expected in published.items():
        assert wilson_interval(of_them, n) == pytest.approx(expected, abs=0.005)


def test_the_interval_covers_the_truth_in_19_of_20_draws() -> None:
    """On average over shares and sizes, as drawn many times; the plain interval would not."""
    rng = np.random.default_rng(5)
    share, n = rng.uniform(0.05, 0.95, 20_000), rng.integers(LEAST_STUDENTS, 100, 20_000)
    of_them = rng.binomial(n, share)
    bounds = np.array([wilson_interval(int(x), int(m)) for x, m in zip(of_them, n, strict=True)]) / 100
    assert np.mean((bounds[:, 0] <= share) & (share <= bounds[:, 1])) >= 0.93
    half = 1.96 * np.sqrt(of_them / n * (1 - of_them / n) / n)
    assert np.mean(np.abs(of_them / n - share) <= half) < 0.93


@pytest.mark.parametrize(("risk", "off_track"), [(0.5, 30), (0.599, 30), (0.6, 10), (0.499, 10), (0.0, 10), (1.0, 10)])
def test_a_similar_risk_lies_in_the_same_tenth(risk: float, off_track: int) -> None:
    flags = [*many(100, 30), *(one for place, at in enumerate((0.05, 0.45, 0.61, 0.999), start=1)
                               for one in many(100, 10, risk=at, first=100 * place))]  # fmt: skip
    found = record(flags, risk)
    assert found is not None
    assert (found.like, found.n, found.off_track) == ("risk", 100, off_track)


def test_each_student_counts_once_by_the_first_such_flag() -> None:
    """Supported after the first flag, not after a later one."""
    first: list[Flag] = [("again", "2024-10-01", "model", 0.52, 2025, "supported_first")]
    later: list[Flag] = [("again", "2025-02-01", "model", 0.58, 2025, "did_not")]
    found = record([*later, *first, *many(100, 20)])
    assert found is not None
    assert (found.n, found.off_track, found.supported) == (101, 20, 1)


def test_only_flags_that_can_be_told_count() -> None:
    untold: list[Flag] = [
        (what, "2024-11-20", "model", 0.55, 2025, what) for what in ("moved_away", "still_open", "not_told")
    ]
    found = record([*many(100, 20), *untold])
    assert found is not None
    assert found.n == 100


def test_the_last_two_finished_years_of_that_kind_of_scorer_count() -> None:
    """Not those before, not the running one, and not the rule's."""
    years = [flag for year in (2023, 2024, 2025, 2026) for flag in many(100, 10, year=year, first=1000 * year)]
    rule = many(100, 90, scorer="rule", first=500)
    found, by_rule = record([*years, *rule]), record([*years, *rule], scorer="rule")
    assert found is not None
    assert by_rule is not None
    assert (found.n, found.school_years, by_rule.off_track) == (200, (2024, 2025), 90)


def test_too_few_or_too_wide_falls_back_to_the_list_and_then_says_nothing() -> None:
    """9 are too few; half of 10, or of 38, is a share told too widely, half of 40 is not."""
    others = many(100, 30, risk=0.75, first=1000)
    for few in (many(9, 0), many(10, 5)):
        found = record([*few, *others])
        assert found is not None
        assert (found.like, found.n) == ("list", 100 + len(few))
        assert record(few) is None
    assert record(many(38, 19)) is None
    assert record(many(40, 20)) is not None
    assert record([]) is None


def test_a_flag_without_a_risk_is_like_its_list() -> None:
    """And it is in no tenth: not even the first."""
    flags = many(100, 30, risk=float("nan"))
    for risk in (float("nan"), 0.05):
        found = record(flags, risk)
        assert found is not None
        assert found.like == "list"


def students(rows: Sequence[tuple[str, str | None, bool | None]], *, weeks: Sequence[int] = ()) -> pd.DataFrame:
    """Students of one year: key, resolution of the first flag, and whether they ended off track; weeks to the end."""
    keys, resolution, off_track = zip(*rows, strict=True)
    ended = pd.Timestamp("2026-06-05")
    ahead = pd.to_timedelta(pd.Series([*weeks, *[0] * (len(rows) - len(weeks))]) * 7, unit="D")
    return pd.DataFrame(
        {
            "student_key": pd.Categorical(keys),
            "school_year": 2026,
            "off_track": pd.array(off_track, dtype="boolean"),
            "ended_on": ended,
            "first_flag": (ended - ahead).where(pd.Series(resolution).notna()),
            "resolution": pd.Categorical(resolution, RESOLUTIONS),
        }
    )


def test_a_year_of_lists_is_counted_by_student() -> None:
    rows = [("a", "came_true", True), ("b", "did_not", False), ("c", "supported_first", False), ("d", None, True),
            ("e", "moved_away", None), ("f", "still_open", None), ("g", "not_told", None), ("h", None, False),
            ("i", None, None), ("j", None, True)]  # fmt: skip
    (found,) = list_records(ledger([], students(rows)))
    assert found == ListRecord(2026, 6, 1, 1, 1, 1, 1, 1, never_listed=2, off_track=3)


def test_the_weeks_ahead_of_those_who_came_true() -> None:
    """Of 12 listed students 1 to 12 weeks ahead; of 16 off track 4 were never listed."""
    rows: list[tuple[str, str | None, bool | None]] = [(f"t{i}", "came_true", True) for i in range(12)]
    rows += [(f"n{i}", None, True) for i in range(4)]
    rows += [("b", "did_not", False)]
    (found,) = lead_weeks(ledger([], students(rows, weeks=range(1, 13))))
    assert found == LeadTime("", 12, 6.5, 3.75, 9.25, off_track=16, never_listed=4)
    assert found.share_never_listed == 0.25


def test_small_groups_are_told_together_and_never_alone() -> None:
    """30, 10, 9 and 2 students: the last two are told together; 30 and 9 only, and nothing is told of either."""
    sizes = {"a": 30, "b": 10, "c": 9, "d": 2}
    rows: list[tuple[str, str | None, bool | None]] = [
        (f"{group}{i}", "came_true", True) for group, n in sizes.items() for i in range(n)
    ]
    made = students(rows, weeks=[1] * len(rows))
    names = pd.Series({key: key[0] for key, *_ in rows})
    assert {one.group: one.n for one in lead_weeks(ledger([], made), names)} == {"": 51, "a": 30, "b": 10, OTHERS: 11}
    two = made[made["student_key"].str[0].isin(["a", "c"])]
    assert {one.group: one.n for one in lead_weeks(ledger([], two), names)} == {"": 39, OTHERS: 39}


def test_how_lists_change_within_a_year() -> None:
    lists = {"2024-11-20": "ada bo cy", "2025-01-20": "bo cy di eve", "2025-02-20": "ada", "2025-11-20": "ada bo"}
    flags: list[Flag] = [
        (who, day, "model", 0.5, 2025 + (day > "2025-08"), "did_not")
        for day, listed in lists.items()
        for who in listed.split()
    ]
    first, second, third = date(2024, 11, 20), date(2025, 1, 20), date(2025, 2, 20)
    assert list_turnover(ledger(flags)) == (
        ListTurnover(first, second, 4, 2, 2, 1),
        ListTurnover(second, third, 1, 0, 1, 4),
    )
    assert list_turnover(ledger([])) == ()


def test_a_share_does_not_fall_because_support_came_first() -> None:
    """Of 100 as many came true or were supported first: the range reaches as high as where all came true."""
    unhelped = record(many(100, 60))
    helped: list[Flag] = [(f"h{i}", "2024-11-20", "model", 0.55, 2025, "supported_first") for i in range(20)]
    found = record([*many(80, 40), *helped])
    assert found is not None
    assert unhelped is not None
    assert (found.per_hundred, found.supported) == (40.0, 20)
    assert found.high == unhelped.high
    assert found.low < 40 < 60 < found.high


@given(st.floats(0, 1) | st.integers(0, 1000).map(lambda thousandths: thousandths / 1000) | st.just(float("nan")))
def test_the_tenth_of_one_risk_is_that_of_an_array(risk: float) -> None:
    assert tenth_of_one(risk) == tenth_of(np.array([risk]))[0]
