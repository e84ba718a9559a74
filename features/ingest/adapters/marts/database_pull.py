"""Pulls the marts of one tenant out of a warehouse's database, through Ibis, into Parquet files."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend
from pyarrow import parquet

from features.errors import Refused
from features.ingest.adapters.marts.mart_schemas import MARTS, TENANT, Mart, no_such_tenant
from features.ingest.network.refusal import SourceRefused
from features.progress import Progress
from features.sources.declaration import Source
from features.sources.marts import EduWarehouse

MADE = ".marts"
"""The hidden folder in which marts are written before they take the place of those of the pull before."""


def pull_marts(
    source: Source,
    folder: Path,
    *,
    environment: Mapping[str, str],
    progress: Progress,
    turn: Callable[[], AbstractContextManager[None]],
) -> int:
    """Writes the marts of a tenant into a folder and returns their rows; files change within `turn`.

    SourceRefused where the database cannot be read: what was pulled before stays.
    """
    if not isinstance(source, EduWarehouse):
        raise TypeError(source.kind)
    address = environment.get(source.connection_variable, "")
    if not address:
        raise SourceRefused(f"set {source.connection_variable} in the environment: the address of the warehouse")
    made = folder / MADE
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(mode=0o700)
    rows = written_marts(source, address, made, progress)
    with turn():
        for path in sorted(made.iterdir()):
            os.replace(path, folder / path.name)
    made.rmdir()
    return rows


def written_marts(source: EduWarehouse, address: str, made: Path, progress: Progress) -> int:
    """Writes each mart that the database has; what a driver says is not repeated: it may hold the address."""
    rows = 0
    try:
        with closing(connected(address)) as connection:
            database = source.database_schema or None
            names = {name.lower(): name for name in connection.list_tables(database=database)}
            if "dim_school" in names:
                refuse_other_tenant(connection.table(names["dim_school"], database=database), source)
            for mart in MARTS.values():
                if mart.name in names:
                    rows += write_mart(connection.table(names[mart.name], database=database), mart, source.tenant, made)
                    progress(f"{mart.name}: {rows:,} rows so far")
    except Refused:
        raise
    except Exception as error:  # of whatever driver it is
        said = f"the warehouse at {source.connection_variable} cannot be read ({type(error).__name__})"
        raise SourceRefused(f"{said}; are its address, schema and driver right?") from None
    return rows


def refuse_other_tenant(schools: ir.Table, source: EduWarehouse) -> None:
    """Raise SourceRefused, with the tenants that there are, where a warehouse has no school of the source's."""
    column = next((name for name in schools.columns if name.lower() == TENANT), None)
    if column is not None:
        found = schools.select(tenant=schools[column].cast("string")).distinct().to_pyarrow().column("tenant")
        known = sorted(one for one in found.to_pylist() if one is not None)
        if source.tenant not in known:
            raise SourceRefused(
                f"the warehouse at {source.connection_variable}: {no_such_tenant(source.tenant, known)}"
            )


def connected(address: str) -> BaseBackend:
    """A connection to a database by its address; SourceRefused where no driver of its kind is installed."""
    kind = address.partition("://")[0].partition("+")[0]
    try:
        return ibis.connect(address)
    except (ImportError, ModuleNotFoundError):
        said = f"no driver for {kind} is installed beside OnTrack"
        raise SourceRefused(f"{said}; install ibis-framework[{kind}] into its environment") from None


@contextmanager
def closing(connection: BaseBackend) -> Iterator[BaseBackend]:
    """A connection that ends with its block, whatever happened in it."""
    try:
        yield connection
    finally:
        connection.disconnect()


def write_mart(table: ir.Table, mart: Mart, tenant: str, made: Path) -> int:
    """Writes the columns that are used of a tenant's rows, under their names in lower case; returns the rows.

    SourceRefused for a relation that does not say whose its rows are.
    """
    there = {name.lower(): name for name in table.columns}
    if TENANT not in there:
        raise SourceRefused(f"{mart.name} has no column {TENANT}; without it nothing says whose its rows are")
    wanted = [name for name in (TENANT, *mart.columns) if name in there]
    rows = table.filter(table[there[TENANT]].cast("string") == tenant)
    found = rows.select(**{name: rows[there[name]] for name in wanted}).to_pyarrow_batches()
    written = 0
    with parquet.ParquetWriter(made / f"{mart.name}.parquet", found.schema, compression="zstd") as file:
        for batch in found:
            file.write_batch(batch)
            written += batch.num_rows
    return written
