"""The source of CSV files: each canonical table is a file of its own, as the mapping of `ontrack.toml` says."""

from typing import ClassVar, Literal

from features.file_mapping.declaration import file_columns
from features.sources.declaration import SENT_TABLES, Gives, Source
from features.tables import TABLES


class CsvFiles(Source):
    """CSV files in our shape, or in another that `files` maps."""

    title: ClassVar[str] = "CSV files, in our shape or by a mapping"
    gives: ClassVar[Gives] = {name: file_columns(TABLES[name]) for name in SENT_TABLES}

    kind: Literal["csv"] = "csv"
