"""A report: one HTML file of sections that fetches and runs nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from presentation.environment import template_environment
from presentation.stylesheets import stylesheet
from presentation.tables import DataTable


@dataclass(frozen=True)
class ReportSection:
    """A section: its heading (empty where it opens the report), its template, and the plain values that it shows.

    Sections of one `chapter`, where they have one, stand together, below its name in the table of contents.
    """

    title: str
    template: str
    view: object
    chapter: str = ""

    @property
    def heading(self) -> str:
        """Its heading, with the chapter that it is of."""
        return f"{self.chapter}: {self.title}" if self.chapter else self.title

    @property
    def anchor(self) -> str:
        """The id to which the table of contents leads."""
        return re.sub(r"[^a-z0-9]+", "-", self.heading.lower()).strip("-")


@dataclass(frozen=True)
class Prose:
    """The plain values of a section without a template of its own: paragraphs, points, tables and a small print."""

    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    tables: tuple[DataTable, ...] = ()
    small_print: str = ""


@dataclass(frozen=True)
class Report:
    """A report under its heading; with `contents`, a table of contents stands after the sections that open it."""

    title: str
    heading: str
    about: str
    opening: Sequence[ReportSection]
    sections: Sequence[ReportSection]
    contents: bool = False

    @property
    def chapters(self) -> list[tuple[str, list[ReportSection]]]:
        """The sections in order, those of a chapter together; one without a chapter is alone below no name."""
        found: list[tuple[str, list[ReportSection]]] = []
        for section in self.sections:
            if section.chapter and found and found[-1][0] == section.chapter:
                found[-1][1].append(section)
            else:
                found.append((section.chapter, [section]))
        return found


def prose_section(
    title: str, *paragraphs: str, points: Sequence[str] = (), tables: Sequence[DataTable] = ()
) -> ReportSection:
    """A section of paragraphs, then points, then tables."""
    return ReportSection(title, "prose.html", Prose(paragraphs, tuple(points), tuple(tables)))


def render(report: Report, templates: Path) -> str:
    """The report as one document; the templates of its sections are looked for in this folder first."""
    return report_environment(templates).get_template("report.html").render(report=report)


@cache
def report_environment(templates: Path) -> Environment:
    """The environment of reports; it keeps compiled templates."""
    environment = template_environment(templates)
    environment.globals["stylesheet"] = Markup(stylesheet("report"))  # noqa: S704 - a file of this package
    return environment
