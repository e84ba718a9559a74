"""The Jinja2 environment in which pages and reports are rendered."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from presentation.charts.drawing import draw

TEMPLATES = Path(__file__).parent / "templates"


def template_environment(folder: Path) -> Environment:
    """The templates of a folder and, after them, those of this package.

    Everything put into a template is escaped, and a name that a template does not get is an error. `draw` puts a
    chart into any of them.
    """
    environment = Environment(
        loader=FileSystemLoader([folder, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["draw"] = draw
    return environment
