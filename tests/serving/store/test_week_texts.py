"""Weeks of attendance as texts: a part of a cohort told by all weeks of it is what it would be with the others."""

import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from serving.store.week_texts import aligned_texts, week_texts, weeks_of_text

MONDAYS = pd.date_range("2026-08-31", periods=6, freq="7D")
WEEKS = [f"{day:%Y-%m-%d}" for day in MONDAYS]
STUDENTS = 5
CELLS = st.dictionaries(
    st.tuples(st.integers(0, STUDENTS - 1), st.integers(0, len(WEEKS) - 1)),
    st.tuples(st.integers(1, 5), st.sampled_from([0, 50, 100, 500])),
    max_size=STUDENTS * len(WEEKS),
)
"""Days and hundredths missed, by student and week; a student is not enrolled in weeks that are not there."""

Cells = dict[tuple[int, int], tuple[int, int]]


def rows_of(cells: Cells, students: range) -> pd.DataFrame:
    """The rows of some students, who are numbered from the first of them on."""
    own = [
        (student - students.start, MONDAYS[week], *days)
        for (student, week), days in cells.items()
        if student in students
    ]
    kinds = {"student": "int64", "week": "datetime64[us]", "days": "int64", "missed": "int64"}
    return pd.DataFrame(own, columns=list(kinds)).astype(kinds)


@given(cells=CELLS, cut=st.integers(0, STUDENTS))
def test_two_parts_of_a_cohort_tell_what_the_whole_tells(cells: Cells, cut: int) -> None:
    weeks, whole = week_texts(rows_of(cells, range(STUDENTS)), STUDENTS)
    parts = [(own, week_texts(rows_of(cells, own), len(own))) for own in (range(cut), range(cut, STUDENTS))]
    aligned = [text for _, (own, texts) in parts for text in aligned_texts(texts, own, weeks).to_pylist()]
    assert aligned == whole.to_pylist()


@given(cells=CELLS)
def test_a_text_is_read_as_the_weeks_it_was_made_of(cells: Cells) -> None:
    weeks, texts = week_texts(rows_of(cells, range(STUDENTS)), STUDENTS)
    for student, text in enumerate(texts.to_pylist()):
        told = {row["week"]: (row["days"], row["missed"]) for row in weeks_of_text(weeks, text.strip('"'))}
        assert told == {WEEKS[week]: days for (own, week), days in cells.items() if own == student}


def test_weeks_of_nobody_are_not_enrolled_in_every_week() -> None:
    nobody = pa.array(['""', '""'], pa.string())
    assert aligned_texts(nobody, [], WEEKS[:2]).to_pylist() == ['"- -"', '"- -"']
