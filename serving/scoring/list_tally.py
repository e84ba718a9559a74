"""What a list has of each kind and who stands where, from its runs: as `serving.store.list_counts` has it of rows.

The roster that stands when a list is read is that of its runs, so that nothing has to be read back to be counted.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from models.examples import Booleans
from serving.scoring.scoring_run import ScoringRun
from serving.store.list_counts import PLACES, Cell, CellCounts, ListTally, Tallied, counted

BY = ["school_id", "grade", "band", "told", "record"]


def list_tally(runs: Sequence[ScoringRun]) -> ListTally:
    """The places and the cells of a list, of the students of its roster."""
    students = runs[0].roster.students
    keys = pd.Index(students["student_key"])
    tallied = [tallied_scores(run, keys.get_indexer(run.scores["student_key"]), students) for run in runs]
    return ListTally(places_of(tallied), cells_of(runs, tallied))


def tallied_scores(
    run: ScoringRun, at: "np.ndarray[tuple[int], np.dtype[np.intp]]", students: pd.DataFrame
) -> pd.DataFrame:
    """What is counted of a run's scores; `at` is where each student stands in the roster, -1 for who is not there."""
    here, scores = at >= 0, run.scores
    place = list_places(run)[here]
    flagged = scores["flagged"].to_numpy(dtype=np.bool_)[here]
    by_lot = is_true(scores["at_random"])[here] if "at_random" in scores else np.zeros(len(place), dtype=np.bool_)
    told = ~np.isnan(place) & flagged & ~by_lot
    records = scores["track_record"].to_numpy(dtype=object)[here]
    records[~told] = None
    return pd.DataFrame(
        {
            "student_key": scores["student_key"].to_numpy(dtype=object)[here],
            "school_id": students["school_id"].to_numpy(dtype=object)[at[here]],
            "grade": students["grade_level"].to_numpy(dtype=np.int64)[at[here]],
            "band": scores["band"].to_numpy(dtype=object)[here],
            "place": place,
            "listed": flagged,
            "unscored": scores["risk"].isna().to_numpy(dtype=np.bool_)[here],
            "told": told,
            "record": records,
        }
    )


def list_places(run: ScoringRun) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """The place of each score on the list of all outcomes, NaN where there is none; in a list of its own, its order."""
    if not run.list_id:
        return np.arange(1, len(run.scores) + 1, dtype=np.float64)
    return np.asarray(run.scores["place"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan))


def is_true(column: "pd.Series[bool]") -> Booleans:
    """Which cells are true; a missing one is not."""
    return np.asarray(column.fillna(False), dtype=np.bool_)


def places_of(tallied: Sequence[pd.DataFrame]) -> pa.Table:
    """Who stands at each place, in their order."""
    rows = pd.concat([one.loc[one["place"].notna(), [*PLACES[2:]]] for one in tallied], ignore_index=True)
    ordered = rows.sort_values("place", kind="stable").astype({"place": "int64"})
    return pa.Table.from_pandas(ordered, preserve_index=False)


def cells_of(runs: Sequence[ScoringRun], tallied: Sequence[pd.DataFrame]) -> dict[Cell, CellCounts]:
    """The cells of schools, and of the whole district."""
    return counted(row for run, one in zip(runs, tallied, strict=True) for row in rows_of(run.run_id, one))


def rows_of(run_id: str, scores: pd.DataFrame) -> Iterator[Tallied]:
    """A run's cells, apart by what their students are told."""
    placed = scores["place"].notna()
    counts = pd.DataFrame(
        {
            "scored": 1,
            "listed": scores["listed"].astype(np.int64),
            "placed": placed.astype(np.int64),
            "placed_listed": (placed & scores["listed"]).astype(np.int64),
            "placed_unscored": (placed & scores["unscored"]).astype(np.int64),
        }
    )
    found = counts.groupby([scores[name] for name in BY], dropna=False, sort=False).sum()
    for (school, grade, band, told, record), own in zip(found.index, found.to_numpy().tolist(), strict=True):
        yield school, run_id, int(grade), band, bool(told), None if pd.isna(record) else record, *own
