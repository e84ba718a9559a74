"""How trees are grown where the rows of a fit are too many for one matrix in memory."""

from pydantic import BaseModel, ConfigDict, Field


class PartitionedFits(BaseModel):
    """How trees of very many rows are grown: on Parquet files that are read in blocks, by processes of this machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    workers: int = Field(
        default=0,
        ge=0,
        le=64,
        description="processes that read the rows in blocks: `1` grows the very trees that a fit in memory grows, more "
        "grow others together; `0` fits in memory",
    )
    from_rows: int = Field(default=1_000_000, ge=1, description="rows from which a fit is made so; fewer in memory")
    silent_seconds: float = Field(
        default=300, gt=0, description="seconds in which no worker says a line, after which all are ended"
    )
