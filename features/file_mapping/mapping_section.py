"""What every table of `ontrack.toml` about files has in common."""

from pydantic import BaseModel, ConfigDict


class MappingSection(BaseModel):
    """A table of `ontrack.toml` about files: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
