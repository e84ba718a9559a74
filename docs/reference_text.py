"""The few forms that the generated pages are made of."""

from collections.abc import Sequence

NOTE = "<!-- Made by `python -m docs.generate`; change the code it is made from. -->"


def page(title: str, *parts: str) -> str:
    """A page in Markdown."""
    return "\n\n".join([f"# {title}", NOTE, *(part for part in parts if part)]) + "\n"


def heading(level: int, text: str) -> str:
    """A heading."""
    return f"{'#' * level} {text}"


def code(text: str) -> str:
    """A name as code."""
    return f"`{text}`"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; a bar in a cell is kept from ending it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
