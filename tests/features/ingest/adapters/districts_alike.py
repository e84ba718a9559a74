"""Two warehouses of the same district, held against each other record by record and feature by feature."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from features.definitions.grade9 import NinthGrade
from features.engine.stored_tables import schema_of
from features.language.feature_set import FeatureSet
from features.snapshots.snapshot import Snapshot, build_snapshot
from features.table_schema import ENVELOPE
from features.tables import TABLES
from features.warehouse.file import open_warehouse
from models.estimators.risk_model import RiskModel
from models.explanations.reasons import Reasons
from models.scoring import order_of, reasons_of

APART = {column.name for column in ENVELOPE}


def differences(ours: Path, theirs: Path, tables: tuple[str, ...], without: dict[str, tuple[str, ...]]) -> list[str]:
    """The tables in which current records differ, with how many; columns that a format cannot carry left out."""
    with duckdb.connect(config={"threads": "1"}) as connection:
        for name, path in (("ours", ours), ("theirs", theirs)):
            connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
        found = []
        for table in tables:
            one, other = (records(name, table, without.get(table, ())) for name in ("ours", "theirs"))
            sides = (f"{one} EXCEPT ALL {other}", f"{other} EXCEPT ALL {one}")
            lacking, more = (connection.execute(f"SELECT count(*) FROM ({side})").fetchall()[0][0] for side in sides)
            if lacking or more:
                found.append(f"{table}: {lacking} of ours, {more} of theirs")
        return found


def records(warehouse: str, table: str, without: tuple[str, ...]) -> str:
    """SQL of a table's current records, students by the district's own id."""
    names = [name for name in schema_of(TABLES[table]) if name not in APART and name not in without]
    current = f"FROM {warehouse}.{table} AS r WHERE r.superseded_by_load IS NULL AND NOT r.withdrawn"
    if table == "students" or "student_key" not in names:
        return f"SELECT {', '.join(name for name in names if name != 'student_key')} {current}"
    own = ", ".join(f"r.{name}" for name in names if name != "student_key")
    ids = f"(SELECT DISTINCT student_key, student_id FROM {warehouse}.students)"
    return f"SELECT s.student_id, {own} {current.replace('AS r', f'AS r JOIN {ids} AS s USING (student_key)')}"


def snapshots_by_own_id(
    warehouses: tuple[Path, Path], feature_set: type[FeatureSet], as_of: date
) -> tuple[Snapshot, Snapshot]:
    """What each warehouse knows of a cohort, in the order of the district's own ids."""
    found = []
    for path in warehouses:
        with open_warehouse(path) as reader:
            ids = dict(reader.connection.execute("SELECT DISTINCT student_key, student_id FROM students").fetchall())
            found.append(by_own_id(build_snapshot(reader, feature_set, as_of), ids))
    return found[0], found[1]


def by_own_id(snapshot: Snapshot, ids: dict[str, str]) -> Snapshot:
    """A snapshot whose students are called and ordered by the district's own ids."""
    features = snapshot.features.rename(index=ids).sort_index()
    return replace(snapshot, features=features, school_days=snapshot.school_days.rename(index=ids).sort_index())


@dataclass(frozen=True)
class Served:
    """What a scorer says of a cohort: risk by student, the order of the list, and the reasons of each."""

    risk: tuple[float, ...]
    listed: tuple[str, ...]
    reasons: tuple[Reasons, ...]


def served_by(model: RiskModel, snapshot: Snapshot) -> Served:
    """What a model says of a snapshot."""
    features, days = snapshot.features, np.asarray(snapshot.school_days, dtype=np.float64)
    order = pd.Series(order_of(model, features), features.index).sort_values(ascending=False, kind="stable")
    reasons = reasons_of(model, features, NinthGrade, days=days)
    return Served(tuple(model.risk(features)), tuple(map(str, order.index)), tuple(reasons))
