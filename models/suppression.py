"""Small groups are not shown, and neither is what would give them away."""

from collections.abc import Mapping


def hidden_values(sizes: Mapping[str, int], smallest_group: int) -> frozenset[str]:
    """The values of one attribute that may not be shown.

    Those with fewer rows than `smallest_group`; and, because a total is public, the next smallest ones too until
    at least two are hidden and together they hold `smallest_group` rows: what is left of the total is then no
    small group either.
    """
    rising = sorted(sizes, key=lambda value: (sizes[value], value))
    hidden = [value for value in rising if sizes[value] < smallest_group]
    if not hidden:
        return frozenset()
    for value in rising[len(hidden) :]:
        if len(hidden) >= 2 and sum(sizes[one] for one in hidden) >= smallest_group:
            break
        hidden.append(value)
    return frozenset(hidden)
