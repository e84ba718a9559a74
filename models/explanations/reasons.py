"""Reasons: what raises and what lowers a student's risk, from exact SHAP values summed by concept."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from models.estimators.risk_model import RiskModel
from models.estimators.shap_values import ROWS_AT_ONCE, contributions_of
from models.examples import Booleans, Floats, Places
from models.explanations.concepts import Concepts, concepts_of
from models.explanations.reason_columns import ReasonColumns, ReasonTable, columns_of, joined
from models.feature_dictionary import Entry

LEAST_CONTRIBUTION = 0.05
"""The least contribution that is given as a reason, in log odds: it changes the odds by about 5 %."""
TINY = float(np.finfo(np.float64).tiny)
MOST_REASONS = 3
"""The most reasons of each side: a list has room for no more."""
COMPARISONS: dict[str, Callable[[Floats, float], Booleans]] = {
    ">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal,
}  # fmt: skip

CellValue = float | bool | str | None
Side = Literal["raises", "lowers"]
SIDES: tuple[Side, Side] = ("lowers", "raises")


class Reason(NamedTuple):
    """One reason: a concept, and the feature that stands for it, with its value.

    `contribution` is what all features of the concept add to the margin, in log odds; below 0 for a strength.
    """

    code: str
    value: CellValue
    contribution: float
    domain: str
    concept: str = ""


@dataclass(frozen=True, slots=True)
class Reasons:
    """What speaks for a student, and what stands out: each with what a school can change first."""

    strengths: tuple[Reason, ...] = ()
    needs: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """A model's explanation of some rows: each feature's contribution and its value (NaN where missing).

    `days` are the school days of each student so far, None where nobody counted them.
    """

    entries: tuple[Entry, ...]
    concepts: Concepts
    contributions: Floats
    cells: Floats
    days: Floats | None = None

    def sizes(self, side: Side) -> Floats:
        """Rows × concepts: how far each moves the margin to that side."""
        sums = self.concepts.sums(self.contributions)
        return sums if side == "raises" else -sums


@dataclass(frozen=True)
class ReasonCandidates:
    """Candidate reasons of one side, rows × concepts: how far each moves the margin, and by which feature.

    `speaker` is -1 where the contribution is too small or no feature may stand for it.
    """

    size: Floats
    speaker: Places


def top_reasons(
    model: RiskModel,
    features: pd.DataFrame,
    most: int = MOST_REASONS,
    *,
    least: float = LEAST_CONTRIBUTION,
    never_said: Collection[tuple[str, Side]] = (),
    days: Floats | None = None,
) -> list[Reasons]:
    """Finds for each row the concepts that raise its risk by `least` or more, and those that lower it: `most` of each.

    What a school can change comes first, then the larger. A protected attribute and a missing value never say a
    concept, nor does a value that speaks for the other side: there would be no record to show. `never_said` are the
    concepts that do not hold, each with its side; `days` the school days of each student so far.
    """
    return to_reasons(reason_table(model, features, most, least=least, never_said=never_said, days=days))


def reason_table(
    model: RiskModel,
    features: pd.DataFrame,
    most: int = MOST_REASONS,
    *,
    least: float = LEAST_CONTRIBUTION,
    never_said: Collection[tuple[str, Side]] = (),
    days: Floats | None = None,
) -> ReasonTable:
    """The same in columns, for very many rows."""
    batches = [slice(start, start + ROWS_AT_ONCE) for start in range(0, max(len(features), 1), ROWS_AT_ONCE)]
    explained = (explain(model, features.iloc[one], None if days is None else days[one]) for one in batches)
    found = [select_reasons(batch, most, least, never_said) for batch in explained]
    return ReasonTable(joined([one.strengths for one in found]), joined([one.needs for one in found]))


def select_reasons(
    explained: Explanation,
    most: int = MOST_REASONS,
    least: float = LEAST_CONTRIBUTION,
    never_said: Collection[tuple[str, Side]] = (),
) -> ReasonTable:
    """Selects the reasons of each of some explained rows."""
    found = []
    for side in SIDES:
        said, hidden = candidates_on(side, explained, least), {concept for concept, of in never_said if of == side}
        steady = np.array([name not in hidden for name in explained.concepts.names])
        chosen = rank_concepts(explained.concepts, said, steady, most)
        found.append(chosen_reasons(side, explained, said, chosen))
    return ReasonTable(*found)


def explain(model: RiskModel, features: pd.DataFrame, days: Floats | None = None) -> Explanation:
    """Explains these rows by a model."""
    entries, cells = model.dictionary.entries, model.dictionary.encode(features)
    contributions = contributions_of(model.booster, model.booster_text, cells, threads=model.threads)
    return Explanation(entries, concepts_of(entries), contributions[:, : len(entries)], cells, days)


def candidates_on(side: Side, explained: Explanation, least: float = LEAST_CONTRIBUTION) -> ReasonCandidates:
    """Candidates of one side: each concept by the feature that moves the margin most and may stand for it."""
    size = explained.sizes(side)
    speaker = np.full(size.shape, -1, dtype=np.int64)
    enough = size >= max(least, TINY)
    for which in np.flatnonzero(enough.any(axis=0)):
        columns = np.flatnonzero(explained.concepts.place == which)
        rows = np.flatnonzero(enough[:, which])
        speaker[rows, which] = choose_features(side, explained, rows, columns)
    return ReasonCandidates(size, speaker)


def choose_features(side: Side, explained: Explanation, rows: Places, columns: Places) -> Places:
    """Chooses, per row, the feature that moves the margin most to a side and may say so; -1 where none may."""
    moves = explained.contributions[np.ix_(rows, columns)] * (1 if side == "raises" else -1)
    days = None if explained.days is None else explained.days[rows]
    cells = explained.cells[np.ix_(rows, columns)].T
    may_say = [may_be_said(side, explained.entries[i], values, days) for i, values in zip(columns, cells, strict=True)]
    moves = np.where(np.column_stack(may_say), moves, 0.0)
    best = moves.argmax(axis=1)
    return np.where(np.take_along_axis(moves, best[:, None], axis=1)[:, 0] > 0, columns[best], -1)


def may_be_said(side: Side, entry: Entry, values: Floats, days: Floats | None = None) -> Booleans:
    """Which values may be a reason of that side; none where a student has fewer `days` than the sentence names."""
    strong = is_strength(entry, values)
    if entry.protected:
        return np.zeros(len(values), dtype=np.bool_)
    enough = np.ones(len(values), dtype=np.bool_) if days is None else days >= entry.days
    if side == "lowers":
        return strong & enough
    nothing = (values == 0) & (entry.more_is == "worse")  # there are no records behind it
    has_words = bool(entry.because) or not entry.concept
    return np.asarray(~np.isnan(values) & ~strong & ~nothing & enough & has_words, dtype=np.bool_)


def is_strength(entry: Entry, values: Floats) -> Booleans:
    """Which values count as a strength by the feature's definition; none where it defines none."""
    if entry.strength is None:
        return np.zeros(len(values), dtype=np.bool_)
    return COMPARISONS[entry.strength.operator](values, entry.strength.bound)


def rank_concepts(concepts: Concepts, said: ReasonCandidates, kept: Booleans, most: int) -> Places:
    """Ranks the `kept` candidates: rows × `most` concepts, changeable ones first, then the larger; -1 for none."""
    worth = (said.speaker >= 0) & kept
    ahead = np.where(concepts.can_change, 1 + said.size.max(initial=0.0), 0.0)
    order = np.argsort(np.where(worth, -said.size - ahead, np.inf), axis=1, kind="stable")[:, :most]
    return np.where(np.take_along_axis(worth, order, axis=1), order, -1)


def chosen_reasons(side: Side, explained: Explanation, said: ReasonCandidates, chosen: Places) -> ReasonColumns:
    """The reasons of one side from the chosen concepts (rows × `most`, -1 for none)."""
    rows = np.arange(len(chosen))[:, None]
    feature = said.speaker[rows, chosen]
    sizes = said.size[rows, chosen] * (1 if side == "raises" else -1)
    cells = explained.cells[rows, feature]
    return columns_of(explained.entries, chosen >= 0, feature=feature, cell=cells, contribution=sizes)


def to_reasons(table: ReasonTable) -> list[Reasons]:
    """Each row's reasons as an object: for few rows."""
    sides = zip(reasons_in(table.strengths), reasons_in(table.needs), strict=True)
    return [Reasons(strengths, needs) for strengths, needs in sides]


def reasons_in(columns: ReasonColumns) -> list[tuple[Reason, ...]]:
    """Each row's reasons of one side."""
    own = [columns.entries[place] for place in columns.feature]
    values = decode_cells(columns.cell, columns.feature, columns.entries)
    found = [
        Reason(entry.name, value, size, entry.domain, entry.concept)
        for entry, value, size in zip(own, values, columns.contribution.tolist(), strict=True)
    ]
    return [tuple(found[one]) for one in columns.slices()]


def decode_cells(cells: Floats, column: Places, entries: Sequence[Entry]) -> list[CellValue]:
    """Decodes cells, each of its column, to plain values."""
    values: list[CellValue] = cells.tolist()
    numbers = np.array([entry.kind == "number" for entry in entries], dtype=np.bool_)[column]
    for place in np.flatnonzero(~numbers | np.isnan(cells)):
        values[place] = decode_cell(cells[place], entries[column[place]])
    return values


def decode_cell(cell: float, entry: Entry) -> CellValue:
    """Decodes a cell to a plain value: None where it is missing or a text that the dictionary does not list."""
    if cell != cell:
        return None
    if entry.kind == "text":
        return entry.categories[int(cell)]
    return float(cell) if entry.kind == "number" else bool(cell)
