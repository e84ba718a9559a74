"""The marts of one tenant as views of a DuckDB connection: Parquet files with the declared columns and types."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import unquote

import duckdb
import ibis.expr.datatypes as dt

from features.engine.column_types import duckdb_type
from features.ingest.adapters.marts.mart_schemas import MARTS, TENANT, Mart
from features.ingest.files.sources import SourceFile
from features.ingest.findings import DataRefused, Finding

SUFFIX = ".parquet"

FOLDER_OF_TENANT = f"{TENANT}="
"""What the folder of one tenant's parts begins with where a warehouse is exported in partitions."""


def mart_files(found: Iterable[SourceFile]) -> dict[str, tuple[SourceFile, ...]]:
    """The Parquet files of each mart: `dim_school.parquet`, or all below a folder `dim_school`, in any case."""
    files: dict[str, tuple[SourceFile, ...]] = {}
    for file in found:
        parts = [part.lower().removesuffix(SUFFIX) for part in file.path.parts]
        name = next((part for part in reversed(parts[-3:]) if part in MARTS), None)
        if name is not None and file.path.suffix.lower() == SUFFIX and not file.member:
            files[name] = (*files.get(name, ()), file)
    return files


def tenant_in_path(file: SourceFile) -> str | None:
    """The tenant whose rows alone a file has by the name of a folder, such as `tenant_code=lakeside`; None without."""
    named = [part for part in file.path.parts if part.lower().startswith(FOLDER_OF_TENANT)]
    return unquote(named[-1][len(FOLDER_OF_TENANT) :]) if named else None


def create_views(connection: duckdb.DuckDBPyConnection, files: Mapping[str, Sequence[SourceFile]], tenant: str) -> None:
    """Creates a view of each mart with the rows of a tenant; one without files is empty.

    Files in another tenant's folder are not opened: what is wrong there is not this tenant's. DataRefused where a file
    is no Parquet, or lacks a column.
    """
    connection.execute("SET VARIABLE tenant = ?", [tenant])
    for name, mart in MARTS.items():
        create_view(connection, mart, [one for one in files.get(name, ()) if tenant_in_path(one) in (None, tenant)])


def create_view(connection: duckdb.DuckDBPyConnection, mart: Mart, files: Sequence[SourceFile]) -> None:
    """Creates the view of one mart."""
    if not files:
        columns = ", ".join(f'NULL::{type_name(kind)} AS "{name}"' for name, kind in mart.columns.items())
        connection.execute(f'CREATE TEMP VIEW "{mart.name}" AS SELECT {columns} WHERE false')
        return
    read = reading(files)
    there = columns_there(connection, read, files[0].name)
    refuse_missing(mart, there, files[0].name)
    columns = ", ".join(f'{typed(name, kind, there)} AS "{name}"' for name, kind in mart.columns.items())
    connection.execute(
        f'CREATE TEMP VIEW "{mart.name}" AS SELECT {columns} FROM {read} '  # noqa: S608 - our names, quoted paths
        f"WHERE CAST({TENANT} AS VARCHAR) = getvariable('tenant')"
    )


def reading(files: Sequence[SourceFile]) -> str:
    """The SQL that reads Parquet files; what the names of folders say is text."""
    paths = ", ".join("'" + str(file.path).replace("'", "''") + "'" for file in files)
    return f"read_parquet([{paths}], union_by_name = true, hive_types_autocast = false)"


def tenants_in(connection: duckdb.DuckDBPyConnection, files: Sequence[SourceFile]) -> list[str]:
    """The tenants of a mart's files, in order."""
    found = {tenant for file in files if (tenant := tenant_in_path(file)) is not None}
    if others := [file for file in files if tenant_in_path(file) is None]:
        query = f"SELECT DISTINCT CAST({TENANT} AS VARCHAR) FROM {reading(others)} WHERE {TENANT} IS NOT NULL"  # noqa: S608
        found.update(tenant for (tenant,) in connection.execute(query).fetchall())
    return sorted(found)


def columns_there(connection: duckdb.DuckDBPyConnection, read: str, file: str) -> dict[str, str]:
    """The columns of Parquet files in lower case, and DuckDB's types of them; DataRefused for what is no Parquet."""
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()  # noqa: S608
    except duckdb.Error:
        expected = "expected a Parquet file; is it damaged, or still being written?"
        raise DataRefused([Finding("FILE06", file, None, "", expected)]) from None
    return {str(name).lower(): str(kind) for name, kind, *_ in described}


def refuse_missing(mart: Mart, there: Mapping[str, str], file: str) -> None:
    """Raise DataRefused where a mart lacks a column that is needed."""
    lacking = [name for name in (*mart.columns, TENANT) if name not in there and name not in mart.optional]
    if lacking:
        expected = f"{mart.name} needs this column; export the whole relation"
        raise DataRefused([Finding("FILE04", file, None, name, expected) for name in lacking])


def type_name(kind: str) -> str:
    """DuckDB's name of a declared type."""
    return duckdb_type(dt.dtype(kind))


def typed(name: str, kind: str, there: Mapping[str, str]) -> str:
    """The SQL of a column in its declared type; a list may also be written as JSON, and one not there is null."""
    if name not in there:
        return f"NULL::{type_name(kind)}"
    if kind.startswith("array") and there[name] == "VARCHAR":
        return f'from_json("{name}", \'["VARCHAR"]\')'
    return f'CAST("{name}" AS {type_name(kind)})'
