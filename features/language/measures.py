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


def held_in(node: Quantity) -> Iterator[Held]:
    """Every sign that is counted below a sum."""
    match node:
        case Held():
            yield node
        case Combination():
            yield from held_in(node.left)
            yield from held_in(node.right)


def takes_attendance_for_granted(node: Quantity) -> bool:
    """Whether it counts signs, and takes one about attendance for a value where that cannot be told."""
    return any(
        held.untold is not None and measure.records.table == "attendance"
        for held in held_in(node)
        for measure in measures_in(held)
    )
