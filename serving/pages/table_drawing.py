"""Draws a table of records as HTML; the words and names in it are escaped.

A student's page has some hundred cells of records, and a template takes several times as long to escape each.
"""

from collections.abc import Sequence

from markupsafe import Markup

from presentation.escaping import escaped

MOST_BESIDE = 3
"""Columns that stand side by side on a phone; where there are more, each cell says its column there."""


def draw_table(columns: Sequence[str], rows: Sequence[Sequence[object]], caption: str) -> Markup:
    """The rows below the names of their columns; the caption is said to who does not see the table."""
    said, names = escaped(caption), list(map(escaped, columns))
    stacked = len(names) > MOST_BESIDE
    opens = ["<td>", *(f'<td data-label="{name}">' for name in names[1:])] if stacked else ["<td>"] * len(names)
    head = "".join([f'<th scope="col">{name}</th>' for name in names])
    lines = "".join([f"  <tr>{draw_cells(opens, row)}</tr>\n" for row in rows])
    return Markup(  # noqa: S704 - each value in it is escaped
        f'<div class="scroll" tabindex="0" role="region" aria-label="{said}">\n'
        f'<table class="records{" stacked in-line" if stacked else ""}">\n  <caption class="hidden">{said}</caption>\n'
        f"  <thead><tr>{head}</tr></thead>\n  <tbody>\n{lines}  </tbody>\n</table>\n</div>"
    )


def draw_cells(opens: Sequence[str], row: Sequence[object]) -> str:
    """The cells of a row, each after its opening tag."""
    return "".join([f"{opened}{escaped(cell)}</td>" for opened, cell in zip(opens, row, strict=True)])
