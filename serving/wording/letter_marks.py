"""Letter marks: their points, and the letter nearest to an average."""

from collections.abc import Mapping

MARK_POINTS: Mapping[str, int] = {"A": 4, "B": 3, "C": 2, "D": 1, "F": 0}


def letter(average: float) -> str:
    """The letter nearest to an average, with a sign where it is well off it."""
    nearest = min(MARK_POINTS, key=lambda mark: abs(MARK_POINTS[mark] - average))
    off = average - MARK_POINTS[nearest]
    sign = "" if nearest == "F" or abs(off) < 0.17 else "+" if off > 0 else "−"
    return f"{nearest}{sign}"
