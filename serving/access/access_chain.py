"""Whether the chain of the access log holds: the whole of it, or from where this process last looked."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from serving.access.access_log import DIGESTED, digest_of
from serving.store.rows import AccessRow

ROWS_AT_ONCE = 1000
"""Rows of a chain that are held at once while it is checked: a district has millions."""


@dataclass(frozen=True)
class ChainCheck:
    """How far a chain holds: its last good row, when that was written, and the first row that does not follow."""

    row_id: int = 0
    digest: str = ""
    at: datetime | None = None
    broken: int | None = None


CHECKED: WeakKeyDictionary[Engine, dict[str, ChainCheck]] = WeakKeyDictionary()
"""By engine and district, how far this process has followed a chain that holds."""


def check_chain(engine: Engine, session: Session, district_id: str) -> ChainCheck:
    """Follows a district's chain from the row where this process last stopped, or from the first.

    That row must be there as it was, so rows that were taken from the end since then show. One that was changed
    before it shows by `find_broken_row`, which `ontrack doctor` asks.
    """
    known = CHECKED.setdefault(engine, {})
    last = known.get(district_id, ChainCheck())
    check = ChainCheck(broken=last.row_id) if is_gone(session, last) else follow_chain(session, district_id, last)
    if check.broken is None:
        known[district_id] = check
    return check


def is_gone(session: Session, last: ChainCheck) -> bool:
    """Whether a row that was followed is not there any more, or has another digest."""
    digest = session.scalar(select(AccessRow.digest).where(AccessRow.id == last.row_id))
    return bool(last.row_id) and digest != last.digest


def find_broken_row(session: Session, district_id: str) -> int | None:
    """The id of the first row that does not follow from the one before; None where the whole chain holds."""
    return follow_chain(session, district_id, ChainCheck()).broken


def follow_chain(session: Session, district_id: str, last: ChainCheck) -> ChainCheck:
    """How far a district's chain holds after a row."""
    columns = [getattr(AccessRow, name) for name in (*DIGESTED, "id", "digest", "at")]
    after = select(*columns).where(AccessRow.district_id == district_id, AccessRow.id > last.row_id)
    asked = after.order_by(AccessRow.id).execution_options(yield_per=ROWS_AT_ONCE)
    with closing(session.execute(asked)) as found:
        for row in found.mappings():
            content = cast(Mapping[str, object], row)
            if row["previous_digest"] != last.digest or row["digest"] != digest_of(content, row["at"]):
                return replace(last, broken=row["id"])
            last = ChainCheck(row["id"], row["digest"], row["at"])
    return last
