"""Why a student's risk is raised: exact SHAP values on the margin, said as codes and values."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.dictionary import Entry
from models.examples import Booleans, Floats, Places
from models.risk import RiskModel

LEAST_CONTRIBUTION = 0.05
"""In log odds, about 5 in 100 of the odds: less than this is not worth a counselor's line."""


@dataclass(frozen=True)
class Reason:
    """What speaks for or against a student: a concept, and the feature that says it, with its value.

    `contribution` is what all features of the concept add to the margin, in log odds; of a strength it is below 0.
    """

    code: str
    value: float | bool | str | None
    contribution: float
    domain: str
    concept: str = ""


@dataclass(frozen=True)
class Reasons:
    """What speaks for a student, and what stands out: each with what a school can change first."""

    strengths: tuple[Reason, ...] = ()
    needs: tuple[Reason, ...] = ()


def top_reasons(
    model: RiskModel, features: pd.DataFrame, most: int = 3, least: float = LEAST_CONTRIBUTION
) -> list[tuple[Reason, ...]]:
    """For each row at most `most` reasons that raise its risk by `least` or more.

    What a school can change comes first, then the larger contribution; neither a protected attribute nor a missing
    value is ever a reason: there is no record to show for it.
    """
    entries = model.dictionary.entries
    contributions = model.contributions(features)[:, : len(entries)]
    may_be_said = np.array([not entry.protected for entry in entries], dtype=np.bool_)
    worth = (contributions >= max(least, np.finfo(float).tiny)) & may_be_said
    cells = model.dictionary.encode(features)
    worth &= ~np.isnan(cells)
    reasons: list[list[Reason]] = [[] for _ in range(len(features))]
    for row, i in first(entries, contributions, worth, most).tolist():
        entry = entries[i]
        reasons[row].append(Reason(entry.name, plain(cells[row, i], entry), float(contributions[row, i]), entry.domain))
    return [tuple(one) for one in reasons]


def first(entries: tuple[Entry, ...], contributions: Floats, worth: Booleans, most: int) -> Places:
    """Cells × 2: the row and the column of what is to be said, each row's first reason before its second."""
    rows, columns = np.nonzero(worth)
    fixed = np.array([not entry.can_change for entry in entries], dtype=np.bool_)
    order = np.lexsort((columns, -contributions[rows, columns], fixed[columns], rows))
    cells = np.column_stack([rows, columns])[order]
    begins = np.searchsorted(rows, cells[:, 0])
    return cells[np.arange(len(cells)) - begins < most]


def plain(cell: float, entry: Entry) -> float | bool | str | None:
    """An encoded cell as a plain value: None where it is missing or a text that the dictionary does not list."""
    if np.isnan(cell):
        return None
    if entry.kind == "text":
        return entry.categories[int(cell)]
    return bool(cell) if entry.kind == "boolean" else float(cell)
