"""The measures that a definition is made of."""

from collections.abc import Iterator

from features.language.quantities import (
    Both,
    Combination,
    Compare,
    Condition,
    Either,
    Held,
    Judged,
    OfSchool,
    Quantity,
    Scaled,
)
from features.language.records import Measure


def measures_in(node: Quantity | Condition) -> Iterator[Measure]:
    """Every measure below a node."""
    match node:
        case Measure():
            yield node
        case Combination() | Either() | Both():
            yield from measures_in(node.left)
            yield from measures_in(node.right)
        case Compare() | Scaled() | OfSchool():
            yield from measures_in(node.quantity)
        case Held():
            yield from measures_in(node.condition)
        case Judged():
            yield from measures_in(node.condition)
            yield from measures_in(node.only_if)
