"""The stylesheets: tokens (colors by role, light, dark and print), then a layer for pages or for reports."""

from functools import cache
from pathlib import Path

STYLE = Path(__file__).parent / "style"
SHARED = ("tokens.css", "base.css", "charts.css")
LAYERS = {"page": ("page.css", "forms.css", "overview.css", "print.css"), "report": ("report.css",)}
"""The files of each layer."""


@cache
def stylesheet(layer: str) -> str:
    """The stylesheet of a layer, `page` or `report`: what both share, then what is its own."""
    return "\n".join((STYLE / name).read_text(encoding="utf-8") for name in (*SHARED, *LAYERS[layer]))
