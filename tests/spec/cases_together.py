"""Drawn cases as students of one district, so that one statement answers all that are asked the same."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import pandas as pd
from hypothesis import strategies as st

from features.language.feature_set import FeatureSet
from features.language.outcome import Outcome
from features.snapshots.labels import label_outcome
from features.snapshots.snapshot import build_snapshot
from features.warehouse.reader import Reader
from tests.drawn import canonical, cell, reader_of, told
from tests.spec.drawn_snapshots import FULL, Drawn, drawn
from tests.spec.made_districts import Row

Drawings = Mapping[str, str]


def one_district(shared: Drawings, cases: Sequence[Drawings]) -> Reader:
    """An open warehouse with all cases: each has students and incidents of its own, the rest is shared."""
    rows: dict[str, list[Row]] = {name: canonical(name, drawing) for name, drawing in shared.items()}
    for number, drawings in enumerate(cases):
        for name, drawing in drawings.items():
            rows.setdefault(name, []).extend(of_case(number, row) for row in canonical(name, drawing))
    return reader_of(rows)


def drawn_cases(strategy: st.SearchStrategy[Drawn], in_suite: int, in_sweep: int) -> list[Drawn]:
    """Cases of a property: so many in `make test`, the same ones each time, and so many in `make properties`."""
    return drawn(strategy, in_sweep if FULL else in_suite)


def of_case(number: int, row: Row) -> Row:
    """The row with the student and the incident of a case."""
    own = {name: f"{row[name]} {number}" for name in ("student_key", "incident_id") if row.get(name) is not None}
    return {**row, **own}


def labels_of_cases(
    shared: Drawings, cases: Sequence[Drawings], outcome: Outcome, as_of: date, *, observed_on: date
) -> list[str]:
    """The label of each case's Ada, or why she has none."""
    labels = label_outcome(one_district(shared, cases), outcome, as_of, observed_on=observed_on)
    return [
        cell(labels.off_track[ada]) or str(labels.missing_because[ada])
        for ada in (f"ada {number}" for number in range(len(cases)))
    ]


def features_of_cases(
    shared: Drawings, cases: Sequence[Drawings], feature_set: type[FeatureSet], as_of: date
) -> list[list[dict[str, str]]]:
    """The features of each case's students, as a drawn table has them."""
    found = build_snapshot(one_district(shared, cases), feature_set, as_of).features
    return [told(students_of(number, found)) for number in range(len(cases))]


def students_of(number: int, found: pd.DataFrame) -> pd.DataFrame:
    """The rows of a case's students, under their drawn ids."""
    ending = f" {number}"
    own = found[[str(key).endswith(ending) for key in found.index]]
    return own.set_axis([str(key).removesuffix(ending) for key in own.index])


def answered(
    asked: Iterable[tuple[Outcome, Drawings]], shared: Drawings, as_of: date, *, observed_on: date
) -> dict[tuple[str, str], str]:
    """The labels of cases by the definition that each is asked and by what is drawn."""
    groups: dict[str, tuple[Outcome, dict[str, Drawings]]] = {}
    for outcome, drawings in asked:
        groups.setdefault(outcome.definition, (outcome, {}))[1][repr(drawings)] = drawings
    return {
        (definition, said): label
        for definition, (outcome, cases) in groups.items()
        for said, label in zip(
            cases,
            labels_of_cases(shared, list(cases.values()), outcome, as_of, observed_on=observed_on),
            strict=True,
        )
    }
