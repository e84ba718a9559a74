"""The adapter of marts: which files it reads, and the canonical rows that they become."""

from collections.abc import Iterator

from features.file_mapping.declaration import FileMapping
from features.ingest.adapters.adapter import Adapter, Arrival, CanonicalRows, Conversion
from features.ingest.adapters.marts.mart_rows import Marts, canonical_rows, refuse_lacking
from features.ingest.adapters.marts.mart_views import mart_files
from features.ingest.adapters.marts.table_mappings import mapping_of
from features.ingest.files.sources import SourceFile
from features.sources.marts import EduWarehouse


def files_of_marts(arrival: Arrival) -> tuple[SourceFile, ...]:
    """The Parquet files of the marts; DataRefused where one that is needed is missing."""
    files = mart_files(arrival.files)
    refuse_lacking(files)
    return tuple(file for some in files.values() for file in some)


def rows_of_warehouse(conversion: Conversion) -> Iterator[CanonicalRows]:
    """The canonical rows of the tenant that a district names."""
    source = conversion.arrival.source
    if not isinstance(source, EduWarehouse):
        raise TypeError(source.kind)
    files = mart_files(conversion.arrival.files)
    return rows_of_marts(conversion, Marts(files, source.tenant, source.attendance, conversion.today))


def rows_of_marts(conversion: Conversion, marts: Marts) -> Iterator[CanonicalRows]:
    """The canonical rows of marts, those of a table under the name of the mart that it is mainly of."""
    district = conversion.arrival.district
    with marts.opened(conversion.scratch) as connection:
        for table in conversion.arrival.owned:
            main = marts.main_mart(table)
            if main is not None:
                mapping = mapping_of(table, district.files.get(table, FileMapping()))
                name = f"{marts.files[main][0].name} ({table})"
                yield CanonicalRows(table, name, connection, canonical_rows(connection, marts, table, mapping))


EDU_WAREHOUSE = Adapter(reads=files_of_marts, convert=rows_of_warehouse, mapping=mapping_of)
"""Parquet files of the EDU warehouse's marts."""
