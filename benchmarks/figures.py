"""What a benchmark says: figures, each with its ratio to a peer of the same run, as a table and as JSON."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version

from rich.table import Table

LIBRARIES = (
    "duckdb",
    "ibis-framework",
    "pandas",
    "lightgbm",
    "shap",
    "woodelf-explainer",
    "fastapi",
    "uvicorn",
    "sqlalchemy",
)


class DifferentAnswersError(Exception):
    """A peer did other work than we did: a comparison of their speed would mean nothing."""


@dataclass(frozen=True)
class Figure:
    """One number in its unit; `ratio` is it over the same number of the peer named in `beside`."""

    name: str
    value: float
    unit: str
    ratio: float | None = None
    beside: str = ""


@dataclass(frozen=True)
class Part:
    """One part of the benchmark: what was measured on, and the figures."""

    name: str
    facts: Mapping[str, str | int | float]
    figures: tuple[Figure, ...]

    def figure(self, name: str, unit: str) -> Figure:
        """The figure of that name and unit; StopIteration where there is none."""
        return next(one for one in self.figures if (one.name, one.unit) == (name, unit))


def compared(name: str, value: float, unit: str, *, to: float, beside: str) -> Figure:
    """A figure with its ratio to a peer's."""
    return Figure(name, value, unit, value / to, beside)


def table_of(part: Part) -> Table:
    """The part as a table, its facts above it."""
    said = " · ".join(f"{name}: {shown(value)}" for name, value in part.facts.items())
    table = Table("figure", title=part.name, caption=said, title_justify="left", caption_justify="left")
    for heading in ("value", "unit", "ratio"):
        table.add_column(heading, justify="left" if heading == "unit" else "right")
    table.add_column("beside")
    for one in part.figures:
        ratio = "" if one.ratio is None else f"{shown(one.ratio)} ×"
        table.add_row(one.name, shown(one.value), one.unit, ratio, one.beside)
    return table


def shown(value: str | int | float) -> str:
    """A value with three digits that mean something."""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if isinstance(value, int) or abs(value) >= 100 else f"{value:.3g}"


def json_of(parts: Sequence[Part], asked: Mapping[str, str | int]) -> str:
    """Everything measured, with what it was measured on."""
    machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
    libraries = {name: version(name) for name in LIBRARIES}
    return json.dumps(
        {"asked": asked, "machine": machine, "libraries": libraries, "parts": [asdict(part) for part in parts]},
        indent=2,
    )
