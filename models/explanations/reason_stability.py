"""Reason stability: whether refits on other draws of students give the same reasons, as a bundle records it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache

from pydantic import TypeAdapter

from models.explanations.reasons import Side

LEAST_SIGN = 0.9
"""The least share of refits that move the risk to the same side by half of the least contribution: 9 of 10."""
LEAST_RANK = 0.6
"""The least share of refits that show the reason or have it next: which of several is third is chance."""


@dataclass(frozen=True)
class ConceptStability:
    """How stable one side of a concept is: the share of refits that say of a student what the model says.

    `rows` is of how many students it was worth saying, and `sign` the share of refits that move their risk to the same
    side by half of that; `rank` is the share that show it, or have it next, where the model shows it. None where the
    students are too few to tell: all three, or `rank` alone.
    """

    concept: str
    side: Side
    rows: int | None = None
    sign: float | None = None
    rank: float | None = None

    @property
    def is_said(self) -> bool:
        """Whether it is stable enough to be given; not where too few students could tell."""
        return self.sign is not None and self.sign >= LEAST_SIGN and (self.rank is None or self.rank >= LEAST_RANK)


@dataclass(frozen=True)
class ReasonStability:
    """How stable a model's reasons are over refits, on rows that neither they nor the model saw.

    `holds` is the share of the given reasons with which refits agree, None where none would be given.
    """

    refits: int
    rows: int
    holds: float | None
    held: tuple[ConceptStability, ...]

    @property
    def never_said(self) -> frozenset[tuple[str, Side]]:
        """The concepts that are not said, each with its side."""
        return frozenset((one.concept, one.side) for one in self.held if not one.is_said)

    def as_json(self) -> dict[str, object]:
        """As it stands in a bundle's `metrics.json`."""
        return asdict(self)


def stability_in(metrics: Mapping[str, object]) -> ReasonStability | None:
    """The reason stability in a bundle's metrics; None for a prepared table or a bundle from before it was recorded."""
    found = metrics.get("stability")
    return None if found is None else read_stability().validate_python(found)


@cache
def read_stability() -> TypeAdapter[ReasonStability]:
    """What reads it; made once, as that takes longer than to explain a student."""
    return TypeAdapter(ReasonStability)
