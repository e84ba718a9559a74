"""The students of a list, each once over all its runs, in columns: school, grade, signals and weeks of attendance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from models.examples import Booleans, Floats, Places, Texts
from serving.scoring.scoring_run import ScoringRun

RANKS = {"few": 0, "some": 1, "many": 2}


@dataclass(frozen=True)
class ListPeople:
    """The students of a list whose grade is known, in the order in which its runs name them first.

    `now` is the rank of each one's most signals over all outcomes, -1 without a score. `days` and `missed` (hundredths)
    are students × `weeks`: days expected and missed, 0 where a student was not enrolled.
    """

    keys: pd.Index
    school: Texts
    grade: Places
    now: Places
    weeks: tuple[str, ...]
    days: Floats
    missed: Floats

    def until(self, month: str) -> Booleans:
        """Which weeks are up to the end of a month; a week counts to the month of its Monday."""
        return np.array([week[:7] <= month for week in self.weeks], dtype=np.bool_)

    @property
    def months(self) -> list[str]:
        """The months of the weeks."""
        return sorted({week[:7] for week in self.weeks})


def list_people(runs: Sequence[ScoringRun]) -> ListPeople:
    """The students of the runs of one list."""
    every, keys = pd.factorize(np.concatenate([run.scores["student_key"].to_numpy(dtype=object) for run in runs]))
    _, first = np.unique(every, return_index=True)
    schools = np.concatenate([run.scores["school_id"].to_numpy(dtype=object) for run in runs])[first]
    ranks = np.concatenate([ranks_of(run.scores["band"]) for run in runs])
    now = np.full(len(keys), -1, dtype=np.int64)
    np.maximum.at(now, every, ranks)
    weeks = sorted({week for run in runs for week in run.weeks})
    days, missed = weeks_of_people(runs, every, len(keys), weeks)
    roster = runs[0].roster.students
    grades = pd.Series(roster["grade_level"].to_numpy(), index=pd.Index(roster["student_key"].to_numpy(dtype=object)))
    grade = np.asarray(grades.reindex(pd.Index(keys)), dtype=np.float64)
    known = ~np.isnan(grade)
    return ListPeople(
        pd.Index(keys[known]), schools[known], grade[known].astype(np.int64), now[known],
        tuple(weeks), days[known], missed[known],
    )  # fmt: skip


def ranks_of(bands: "pd.Series[str]") -> Places:
    """The rank of each band, -1 for one that is unknown."""
    return np.asarray(bands.map(RANKS).fillna(-1), dtype=np.int64)


def weeks_of_people(
    runs: Sequence[ScoringRun], every: Places, people: int, weeks: Sequence[str]
) -> tuple[Floats, Floats]:
    """Days expected, and hundredths of days missed, of each student in each week, by the first run that tells them."""
    days, missed = np.zeros((people, len(weeks))), np.zeros((people, len(weeks)))
    begins = np.cumsum([0, *(len(run.scores) for run in runs)])
    for run, begin, end in reversed(list(zip(runs, begins, begins[1:], strict=False))):
        if run.weeks:
            full, own_days, own_missed = week_cells(run)
            rows, columns = every[begin:end][full], [weeks.index(week) for week in run.weeks]
            for found, own in ((days, own_days), (missed, own_missed)):
                cells = np.zeros((len(rows), len(weeks)))
                cells[:, columns] = own
                found[rows] = cells
    return days, missed


def week_cells(run: ScoringRun) -> tuple[Booleans, Floats, Floats]:
    """Which students of a run have weeks of attendance, as `serving.store.week_texts` writes them, and those weeks."""
    texts = pa.array(run.scores["history"], pa.string())
    cells = pc.split_pattern(pc.utf8_trim(texts, characters='"'), " ")
    full = pc.equal(pc.list_value_length(cells), len(run.weeks)).to_numpy(zero_copy_only=False)
    flat = pc.split_pattern(pc.list_flatten(cells.filter(pa.array(full))), "/")
    days = number_cells(pc.list_element(flat, 0))
    several = pc.greater(pc.list_value_length(flat), 1).to_numpy(zero_copy_only=False)
    missed = np.zeros(len(flat))
    missed[several] = number_cells(pc.list_element(flat.filter(pa.array(several)), 1))
    shape = (int(full.sum()), len(run.weeks))
    return full, days.reshape(shape), missed.reshape(shape)


def number_cells(texts: pa.Array) -> Floats:
    """Texts as numbers; 0 where a student was not enrolled."""
    known = pc.if_else(pc.match_substring_regex(texts, "^[0-9]+$"), texts, "0")
    return np.asarray(pc.cast(known, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
