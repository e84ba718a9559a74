"""How a page is put together from its template."""

from collections.abc import Mapping
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from serving.service import Service
from serving.wording import BANDS, day, short_day

HERE = Path(__file__).parent
STATIC = HERE / "static"


def open_templates() -> Environment:
    """The templates; everything put into them is escaped, and a name they miss is an error."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["day"] = day
    templates.filters["short_day"] = short_day
    templates.globals["BANDS"] = BANDS
    return templates


def show(
    service: Service, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **parts: object
) -> HTMLResponse:
    """A page of a template and its parts; `who` is None on pages for people not signed in."""
    html = service.templates.get_template(template).render({"who": None, **parts})
    return HTMLResponse(html, status_code=status, headers=headers)


ERRORS = {
    403: ("This form could not be accepted", "It did not come from this page. Open the page again and try once more."),
    404: ("There is nothing here", "The address is wrong, or the page is not among those you can open."),
    405: ("This address cannot be used like that", "Go back and use the links and buttons of the page."),
    422: ("This address is not complete", "Go back and use the links and buttons of the page."),
}


def error_page(service: Service, status: int) -> HTMLResponse:
    """The page for an error; the same for everybody and every address."""
    title, advice = ERRORS.get(status, ("This did not work", "Go back and try again."))
    return show(service, "error.html", status=status, title=title, advice=advice)


def fault_page(service: Service, incident: str) -> HTMLResponse:
    """The page for a fault of ours, with the number to quote."""
    advice = f"Something went wrong on our side, and nothing was changed. To ask for help, quote {incident}."
    return show(service, "error.html", status=500, title="This did not work", advice=advice)
