"""Which reasons hold: what a bundle says about whether refits on other draws of students would give them too."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter

from models.explanations.reasons import Side

LEAST_SIGN = 0.9
"""Of 10 refits, 9 must move the risk to the same side by half of what is worth saying."""
LEAST_RANK = 0.6
"""And more than half of them must still show it, or have it next: which of several is third is a matter of chance."""


@dataclass(frozen=True)
class ConceptStability:
    """How one side of a concept held: the share of refits that say of a student what the model says.

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
        """Whether it holds well enough to be said; not where nobody could tell."""
        return self.sign is not None and self.sign >= LEAST_SIGN and (self.rank is None or self.rank >= LEAST_RANK)


@dataclass(frozen=True)
class ReasonStability:
    """How a model's reasons held in some refits, asked about rows that neither they nor the model had seen.

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
    """What a bundle's metrics say of its reasons; None where they say nothing: a prepared table, or an old bundle."""
    found = metrics.get("stability")
    return None if found is None else TypeAdapter(ReasonStability).validate_python(found)
