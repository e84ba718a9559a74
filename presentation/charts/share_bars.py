"""Horizontal bars of shares, one a row, each with a mark for what it is held against."""

from collections.abc import Sequence
from dataclasses import dataclass

from presentation.charts.marks import BarMark, Chart, LineMark, Mark, TextMark
from presentation.charts.record_chart import ChartWords

WIDTH, NAMES, RIGHT = 420, 175, 40
ROW, BAR, TOP = 30, 16, 6


@dataclass(frozen=True)
class ShareRow:
    """A share between 0 and 1: its name, its number in words, what it says, and what it is held against, if anything.

    `own` rows stand out.
    """

    name: str
    share: float
    number: str
    says: str
    beside: float | None = None
    own: bool = False


def share_bars(rows: Sequence[ShareRow], words: ChartWords, *, most: float = 1.0) -> Chart:
    """A bar a row, as long as its share of `most`; a line across marks what it is held against."""
    height = TOP + ROW * len(rows) + 4
    marks = [mark for place, row in enumerate(rows) for mark in bar_marks(row, TOP + ROW * place, most)]
    return Chart(words.name, "records", words.title, words.description, WIDTH, height, tuple(marks))


def bar_marks(row: ShareRow, top: float, most: float) -> list[Mark]:
    """The name, the bar and the number of a row, and the mark beside."""
    width, middle = round(length(row.share, most), 1), top + ROW / 2
    bar = BarMark(NAMES, middle - BAR / 2, max(width, 1.5), BAR, "bar own" if row.own else "bar", row.says)
    found: list[Mark] = [TextMark(row.name, NAMES - 10, middle + 5, "end", "name" if row.own else "axis"), bar]
    if row.beside is not None:
        x = round(NAMES + length(row.beside, most), 1)
        found.append(LineMark(x, x, middle - BAR / 2 - 4, middle + BAR / 2 + 4, "beside"))
    reach = max(width, length(row.beside, most) if row.beside is not None else 0)
    return [*found, TextMark(row.number, round(NAMES + reach + 8, 1), middle + 5, "start", "name")]


def length(share: float, most: float) -> float:
    """How long a share is drawn."""
    return min(1.0, share / most) * (WIDTH - NAMES - RIGHT)
