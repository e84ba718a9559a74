"""Alembic over the migrations of the service database: what brings a database up to date, and what knows each revision.

Loaded only where a database is not at the newest revision, or somebody asks which revisions there are.
"""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def upgrade_to_newest(connection: Connection) -> None:
    """Brings the database to the newest revision, in the connection's transaction."""
    command.upgrade(migrations(connection), "head")


def current_revision(connection: Connection) -> str | None:
    """The revision at which the database is; None for one without tables."""
    return MigrationContext.configure(connection).get_current_revision()


def known_revisions() -> tuple[str, ...]:
    """The revisions of this program, the newest first."""
    return tuple(one.revision for one in ScriptDirectory.from_config(migrations()).walk_revisions())


def migrations(connection: Connection | None = None) -> Config:
    """Alembic's configuration, over an open connection where one is to be changed."""
    config = Config()
    config.set_main_option("script_location", "serving.store:migrations")
    config.attributes["connection"] = connection
    return config
