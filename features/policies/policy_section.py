"""What every section of policies is: a frozen table of `ontrack.toml` that can say itself in sentences."""

from pydantic import BaseModel, ConfigDict


class PolicySection(BaseModel):
    """A table of `ontrack.toml` below `[districts.policies]`; every key has a default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def sentences(self) -> tuple[str, ...]:
        """A plain sentence for each policy that is not the default, for the report of a load."""
        return ()
