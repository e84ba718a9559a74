"""The store of a pull: the members of each resource as they are now, and how far the pull has come, in one file.

Rows are only added while a pull is under way, each page in one transaction with the bookmark: killed at any moment, the
file says where to go on. At its end the latest row of each id is kept, in one transaction with the watermark.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from features.ingest.adapters.edfi.bookmark import BOOKMARK_JSON, Bookmark
from features.ingest.adapters.edfi.resources import RESOURCES, Resource
from features.warehouse.file import WRITE_CONFIG, open_duckdb, spill_path

Cells = Mapping[str, str | None]

MEMORY = "256MB"
"""DuckDB's memory for a pull, which adds pages and at its end keeps the latest rows, a part of all at a time."""
ROWS_AT_ONCE = 50_000
"""About so many rows are compared for which is the latest, so that memory is the same for any district."""

LATEST = "QUALIFY row_number() OVER (PARTITION BY id ORDER BY arrived DESC, place DESC) = 1"
"""The latest row of each id."""


class ResourceStore:
    """The open store of one source."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, resources: Sequence[Resource] = tuple(RESOURCES.values())
    ) -> None:
        self.connection, self.resources = connection, resources
        connection.execute("CREATE TABLE IF NOT EXISTS bookmark (json VARCHAR)")
        for one in resources:
            columns = ", ".join(f'"{name}" VARCHAR' for name in one.columns)
            connection.execute(
                f'CREATE TABLE IF NOT EXISTS "{one.name}" (id VARCHAR, generation INTEGER, arrived BIGINT, '
                f"place INTEGER, gone BOOLEAN, {columns})"
            )

    def bookmark(self) -> Bookmark:
        """How far the pull has come."""
        rows = self.connection.execute("SELECT json FROM bookmark").fetchall()
        return BOOKMARK_JSON.validate_json(rows[0][0]) if rows else Bookmark()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is done within is in the file altogether, or not at all."""
        self.connection.execute("BEGIN")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise

    def set_bookmark(self, bookmark: Bookmark) -> None:
        """Writes the bookmark."""
        self.connection.execute("DELETE FROM bookmark")
        self.connection.execute("INSERT INTO bookmark VALUES (?)", [BOOKMARK_JSON.dump_json(bookmark).decode()])

    def add(self, one: Resource, rows: Sequence[tuple[str, Cells]], bookmark: Bookmark, *, gone: bool = False) -> None:
        """Adds rows by id, those that are `gone` as such, with the bookmark after them."""
        with self.transaction():
            if rows:
                self.insert(one, rows, bookmark, gone=gone)
            self.set_bookmark(bookmark)

    def insert(self, one: Resource, rows: Sequence[tuple[str, Cells]], bookmark: Bookmark, *, gone: bool) -> None:
        """Adds rows within a transaction."""
        n = len(rows)
        arrived = pa.table({
            "id": pa.array([row_id for row_id, _ in rows], pa.string()),
            "generation": pa.array([bookmark.generation] * n, pa.int32()),
            "arrived": pa.array([bookmark.arrived] * n, pa.int64()),
            "place": pa.array(range(n), pa.int32()),
            "gone": pa.array([gone] * n, pa.bool_()),
            **{name: pa.array([cells.get(name) for _, cells in rows], pa.string()) for name in one.columns},
        })  # fmt: skip
        self.connection.register("arrived_rows", arrived)
        try:
            self.connection.execute(f'INSERT INTO "{one.name}" SELECT * FROM arrived_rows')  # noqa: S608 - our names
        finally:
            self.connection.unregister("arrived_rows")

    def latest(self, one: Resource, ids: Sequence[str], generation: int) -> dict[str, Cells]:
        """The latest rows of some ids that are not gone."""
        names = ", ".join(f'"{name}"' for name in one.columns)
        found = self.connection.execute(
            f'SELECT id, gone, {names} FROM "{one.name}" WHERE id IN (SELECT unnest(?)) AND generation = ? {LATEST}',  # noqa: S608
            [list(ids), generation],
        ).fetchall()
        return {row_id: dict(zip(one.columns, cells, strict=True)) for row_id, gone, *cells in found if not gone}

    def rows(self) -> dict[str, int]:
        """How many rows there are of each resource."""
        return {one.name: self.rows_of(one) for one in self.resources}

    def rows_of(self, one: Resource) -> int:
        """How many rows there are of a resource, those among them that a later one replaces."""
        found = self.connection.execute(f'SELECT count(*) FROM "{one.name}"').fetchall()  # noqa: S608 - our names
        return int(found[0][0])

    def finish(self, bookmark: Bookmark) -> None:
        """Keeps the latest row of each id of the generation, and what follows for the bookmark.

        A resource of which no row came stays as the pull before left it.
        """
        with self.transaction():
            for one in (each for each in self.resources if self.has_changed(each, bookmark)):
                self.keep_latest(one, bookmark.generation)
            self.set_bookmark(bookmark.finished())

    def keep_latest(self, one: Resource, generation: int) -> None:
        """Keeps the latest row of each id of a generation, those that are not gone, a part of the ids at a time."""
        parts = self.rows_of(one) // ROWS_AT_ONCE + 1
        self.connection.execute(f'CREATE TABLE kept_rows AS SELECT * FROM "{one.name}" LIMIT 0')  # noqa: S608 - our names
        for part in range(parts):
            self.connection.execute(
                f'INSERT INTO kept_rows SELECT * FROM (SELECT * FROM "{one.name}" '  # noqa: S608 - our names
                f"WHERE generation = ? AND hash(id) % {parts} = {part} {LATEST}) WHERE NOT gone ORDER BY id",
                [generation],
            )
        self.connection.execute(f'DROP TABLE "{one.name}"')
        self.connection.execute(f'ALTER TABLE kept_rows RENAME TO "{one.name}"')

    def has_changed(self, one: Resource, bookmark: Bookmark) -> bool:
        """Whether a resource has rows of this pull, or of another generation."""
        found = self.connection.execute(
            f'SELECT 1 FROM "{one.name}" WHERE arrived > ? OR generation <> ? LIMIT 1',  # noqa: S608 - our names
            [bookmark.since, bookmark.generation],
        )
        return bool(found.fetchall())


@contextmanager
def open_store(path: Path) -> Iterator[ResourceStore]:
    """Opens the store of a source, readable by its owner only; made where there is none.

    Unlike a copy of a warehouse it has a write-ahead log: what was committed is there after a kill.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    limited = {**WRITE_CONFIG, "memory_limit": MEMORY, "temp_directory": str(spill_path(path))}
    connection = duckdb.connect(str(path), config=limited)
    try:
        yield ResourceStore(connection)
    finally:
        connection.close()


@contextmanager
def open_scratch_store(path: Path) -> Iterator[ResourceStore]:
    """Opens a store of which nothing is kept: it has no log, and one that was killed is made anew."""
    with open_duckdb(path) as connection:
        yield ResourceStore(connection)
