"""What `ontrack doctor` finds about the access log. Opens the service database read-only."""

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from features.health import HealthCheck
from features.settings import District, Settings
from serving.access.access_chain import find_broken_row
from serving.store.database import database_address
from serving.store.district_scope import enter_district
from serving.store.health import connect_read_only, sqlite_file

COMPARE = "compare the log with its last back-up, and find out who can write to the database"


def check_access_log(settings: Settings, district: District) -> Iterator[HealthCheck]:
    """Whether the chain of a district's access log holds; nothing where there is no database yet."""
    address = database_address(settings)
    file = sqlite_file(address)
    if file and not file.exists():
        return
    try:
        with connect_read_only(address) as connection, Session(connection) as session:
            enter_district(session, district.id)
            broken = find_broken_row(session, district.id)
    except SQLAlchemyError:
        yield HealthCheck("access log", "wrong", "cannot be read; see `database`", district=district.id)
        return
    if broken is None:
        yield HealthCheck("access log", "ok", "every row follows from the one before", district=district.id)
    else:
        said = f"row {broken} does not follow from the one before: a row was changed or removed"
        yield HealthCheck("access log", "wrong", said, COMPARE, district.id)
