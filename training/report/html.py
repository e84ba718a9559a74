"""The building blocks of a report: escaped elements, tables, numbers for people, and the page around them."""

from collections.abc import Sequence
from html import escape

from training.report.style import STYLE

POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class Html(str):
    """Text that is HTML already and must not be escaped again."""

    __slots__ = ()


def element(name: str, *inside: str, **attributes: str | float) -> Html:
    """An element; whatever inside is not Html is escaped. `class_` stands for class, `_` in a name for a hyphen."""
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items())
    return Html(f"<{name}{given}>{joined(*inside)}</{name}>")


def joined(*parts: str) -> Html:
    """The parts one after the other, escaped where they are not Html."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))


def paragraph(*inside: str, class_: str = "") -> Html:
    """A paragraph."""
    return element("p", *inside, class_=class_) if class_ else element("p", *inside)


def section(title: str, *inside: str) -> Html:
    """A section under its heading."""
    return element("section", element("h2", title), *inside)


def bullets(lines: Sequence[str]) -> Html:
    """A list."""
    return element("ul", *(element("li", line) for line in lines))


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, own: int = -1) -> Html:
    """A table of figures whose first column names its rows; column `own` stands out."""
    body = element("tbody", *(row_of(row, own=own) for row in rows))
    return framed(caption, head_of(head, own=own), body, class_="figures")


def framed(caption: str, *parts: Html, class_: str) -> Html:
    """A table of these parts that scrolls by itself where the screen is narrow."""
    whole = element("table", element("caption", caption), *parts, class_=class_)
    return element("div", whole, class_="scroll", role="region", tabindex="0", aria_label=caption)


def head_of(head: Sequence[str], *, own: int = -1) -> Html:
    """The head of a table."""
    cells = [element("th", cell, scope="col", class_="own" if i == own else "other") for i, cell in enumerate(head)]
    return element("thead", element("tr", *cells))


def row_of(row: Sequence[str], *, own: int = -1) -> Html:
    """One row, its first cell the name of it."""
    name, *cells = row
    shown = [element("td", cell, class_="own" if i == own else "other") for i, cell in enumerate(cells, start=1)]
    return element("tr", element("th", name, scope="row"), *shown)


def figure(chart: Html, caption: str, data: Html) -> Html:
    """A chart with what it shows in words, and the table behind it."""
    behind = element("details", element("summary", "The figures behind this chart"), data)
    return joined(element("figure", chart, element("figcaption", caption)), behind)


def page(title: str, *inside: str) -> str:
    """The whole document: nothing in it is fetched, nothing in it runs."""
    head = (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{element("main", *inside)}</body></html>\n'
