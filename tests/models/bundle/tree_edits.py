"""A valid model's text, edited as someone would who knows its format: sizes fit again, only the meaning is another."""

import random
from collections.abc import Callable

from models.estimators.model_text import strip_text

Fields = dict[str, list[str]]
Edit = Callable[[Fields, random.Random], None]


def edited(text: str, number: int) -> str:
    """The text with one tree edited, in one of the ways of `EDITS`, by number."""
    rng = random.Random(number)
    head, body = text.split("\n\nTree=0\n", 1)
    blocks = ("Tree=0\n" + body.split("end of trees\n")[0]).split("\n\n\n")[:-1]
    at = rng.randrange(len(blocks))
    fields = {name: value.split(" ") for name, _, value in (line.partition("=") for line in blocks[at].split("\n"))}
    EDITS[number % len(EDITS)](fields, rng)
    blocks[at] = "\n".join(f"{name}={' '.join(value)}" for name, value in fields.items())
    return strip_text(head + "\n\n" + "".join(block + "\n\n\n" for block in blocks) + "end of trees\n")


def another_leaf(fields: Fields, rng: random.Random) -> None:
    """One leaf's value a little higher."""
    at = rng.randrange(len(fields["leaf_value"]))
    fields["leaf_value"][at] = repr(float(fields["leaf_value"][at]) + 1e-6)


def leaves_swapped(fields: Fields, rng: random.Random) -> None:
    """The values of two leaves, each in the other's place."""
    one, other = rng.sample(range(len(fields["leaf_value"])), 2)
    values = fields["leaf_value"]
    values[one], values[other] = values[other], values[one]
    if values[one] == values[other]:
        another_leaf(fields, rng)


def another_threshold(fields: Fields, rng: random.Random) -> None:
    """A number's threshold a hair higher, a category set's number one further, a yes or no never yes."""
    at = rng.randrange(len(fields["threshold"]))
    text = int(fields["decision_type"][at]) & 1
    value = float(fields["threshold"][at])
    higher = value + abs(value) * 1e-12 if abs(value) > 1e-12 else 1.5  # between 0 and 1, a yes or no stays the same
    fields["threshold"][at] = str(int(value) + 1) if text else repr(higher)


def sides_swapped(fields: Fields, rng: random.Random) -> None:
    """Left and right of one split the other way round."""
    at = rng.randrange(len(fields["left_child"]))
    left, right = fields["left_child"], fields["right_child"]
    left[at], right[at] = right[at], left[at]


def another_feature(fields: Fields, rng: random.Random) -> None:
    """A split on another number."""
    numbers = [i for i, kind in enumerate(fields["decision_type"]) if not int(kind) & 1]
    if numbers:
        at = rng.choice(numbers)
        fields["split_feature"][at] = str((int(fields["split_feature"][at]) + 1) % 3)
    else:
        another_leaf(fields, rng)


def missing_elsewhere(fields: Fields, rng: random.Random) -> None:
    """Missing values sent the other way, at the first split on a feature: below it they may not arrive."""
    at = fields["split_feature"].index(rng.choice(fields["split_feature"]))
    fields["decision_type"][at] = str(int(fields["decision_type"][at]) ^ 2)


def missing_as_zero(fields: Fields, rng: random.Random) -> None:
    """Another idea of what is missing."""
    at = rng.randrange(len(fields["decision_type"]))
    fields["decision_type"][at] = str(int(fields["decision_type"][at]) ^ 12)


def a_category_more(fields: Fields, rng: random.Random) -> None:
    """A category sent the other way; where there is none, a leaf changed."""
    if "cat_threshold" not in fields:
        return another_leaf(fields, rng)
    fields["cat_threshold"][0] = str(int(fields["cat_threshold"][0]) ^ 1)
    return None


def students_moved(fields: Fields, rng: random.Random) -> None:
    """Ten students counted in the leaf beside theirs: risks stay, contributions do not."""
    for left, right in zip(fields["left_child"], fields["right_child"], strict=True):
        if int(left) < 0 and int(right) < 0:
            for child, more in ((left, 10), (right, -10)):
                at = -int(child) - 1
                fields["leaf_count"][at] = str(int(fields["leaf_count"][at]) + more)


def a_wrong_total(fields: Fields, rng: random.Random) -> None:
    """A count that its children do not add up to."""
    fields["internal_count"][0] = str(int(fields["internal_count"][0]) + 1)


def a_loop(fields: Fields, rng: random.Random) -> None:
    """A child above its parent."""
    fields["right_child"][-1] = "0"


def a_leaf_lost(fields: Fields, rng: random.Random) -> None:
    """One leaf too few."""
    fields["leaf_value"].pop()


def not_a_number(fields: Fields, rng: random.Random) -> None:
    """A leaf without a number."""
    fields["leaf_value"][0] = "nan"


EDITS: tuple[Edit, ...] = (
    another_leaf,
    leaves_swapped,
    another_threshold,
    sides_swapped,
    another_feature,
    missing_elsewhere,
    missing_as_zero,
    a_category_more,
    students_moved,
    a_wrong_total,
    a_loop,
    a_leaf_lost,
    not_a_number,
)
