"""Reads many rows at once: as the driver has them, without an object of SQLAlchemy for each."""

from collections.abc import Sequence
from operator import itemgetter
from typing import cast

import pandas as pd
from sqlalchemy import Select
from sqlalchemy.orm import Session

StoredRow = tuple[object, ...]


def stored_rows(session: Session, query: Select[*tuple[object, ...]]) -> list[StoredRow]:
    """The rows of a query as the driver has them: SQLite gives days and moments as text, and JSON is text."""
    session.flush()
    found = session.connection().execute(query)
    return cast("list[StoredRow]", found.cursor.fetchall()) if found.cursor is not None else []


def stored_frame(session: Session, query: Select[*tuple[object, ...]], names: Sequence[str]) -> pd.DataFrame:
    """The same as a frame with columns of these names, texts and numbers as they come."""
    rows = stored_rows(session, query)
    cells = (list(map(itemgetter(place), rows)) for place in range(len(names)))
    return pd.DataFrame({name: pd.Series(own, dtype="object") for name, own in zip(names, cells, strict=True)})
