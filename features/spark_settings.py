"""Where a lake's tables lie, and which Spark reads them where the engine is Spark."""

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Engine = Literal["duckdb", "spark"]
"""What reads records: the district's own file, or tables of a lake."""


class Spark(BaseModel):
    """The tables of a lake and the Spark that reads them; only asked where `engine` is `spark`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tables: str = Field(
        default="lake", description="folder, or address that Spark knows, with a folder for each canonical table"
    )
    format: Literal["parquet", "delta", "iceberg"] = Field(
        default="parquet", description="how tables are written; Delta and Iceberg need their own jars, see `config`"
    )
    results: str = Field(
        default="results", description="folder, or address that Spark knows, to which scores and lists of a lake go"
    )
    pages: bool = Field(
        default=False,
        description="whether a list of a lake also goes to the service database, with names from the district's own "
        "file, which has the same records",
    )
    catalog: str = Field(
        default="", description="catalog and schema of the tables, such as `lake.core`, in place of `tables`"
    )
    master: str = Field(
        default="local[2]", description="the cluster: its URL, or `local[2]` for two cores of this machine"
    )
    connect: str = Field(
        default="",
        pattern=r"^(sc://.+)?$",
        description="address of a Spark Connect server, `sc://…`, in place of `master`",
    )
    memory: str = Field(
        default="2g", pattern=r"^[1-9][0-9]*[mg]$", description="memory of the driver, which alone computes on `local`"
    )
    partitions: int = Field(default=8, ge=1, description="parts in which rows are sorted and joined")
    config: dict[str, str] = Field(default={}, description="any other setting of Spark, by its name")

    def anchored(self, folder: Path) -> "Spark":
        """The same with relative folders taken from another folder."""
        places = {"tables": self.tables, "results": self.results}
        own = {name: os.path.normpath(folder / place) for name, place in places.items() if "://" not in place}
        return self.model_copy(update=own)
