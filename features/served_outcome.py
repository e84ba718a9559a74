"""An outcome that a district serves, as `ontrack.toml` says it."""

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from features.schedule import refuse_unknown_entries


class ServedOutcome(BaseModel):
    """One outcome that a district serves, with what is said for it otherwise than for the installation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="which outcome")
    capacity: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="share of its students that can be served for it; else `gate.capacity`, divided by how many "
        "outcomes they are served for",
    )
    model: bool | None = Field(default=None, description="whether a model is tried, where not as in `training.model`")
    as_of: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="scoring dates of each year, where not those of `training.as_of`"
    )
    years: int | None = Field(default=None, ge=1, description="years that are judged, where not `training.years`")
    weeks: int | None = Field(default=None, ge=0, description="weeks of lists, where not `training.weeks`")
    replicates: int | None = Field(default=None, ge=100, description="bootstrap draws, where not `gate.replicates`")

    @model_validator(mode="before")
    @classmethod
    def may_be_a_name(cls, said: object) -> object:
        """The table of an outcome that is said by its name alone."""
        return {"name": said} if isinstance(said, str) else said

    @field_validator("as_of")
    @classmethod
    def has_dates_of_every_year(cls, as_of: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """The schedule, as that of `training`."""
        refuse_unknown_entries(as_of or ())
        return as_of


def said_once(outcomes: tuple[ServedOutcome, ...]) -> tuple[ServedOutcome, ...]:
    """The outcomes; ValueError where one is said twice."""
    names = [one.name for one in outcomes]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"'{name}' is there twice; say each outcome once")
    return outcomes
