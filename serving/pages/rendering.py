"""How a page is put together from its template, in the language of who asks."""

from collections.abc import Mapping
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from presentation.environment import template_environment
from serving.app_context import Service
from serving.pages.language import asked_language, keep_language, other_languages
from serving.wording.locale import LOCALES, Language, language, msgid

HERE = Path(__file__).parent
STATIC = HERE / "static"


def open_templates() -> Mapping[str, Environment]:
    """The templates in each language."""
    return {code: templates_in(language(code)) for code in LOCALES}


def templates_in(words: Language) -> Environment:
    """The templates in a language; everything put into them is escaped, and a name they miss is an error."""
    templates = template_environment(HERE / "templates")
    templates.add_extension("jinja2.ext.i18n")
    templates.policies["ext.i18n.trimmed"] = True
    templates.install_gettext_translations(words.catalog, newstyle=True)  # type: ignore[attr-defined]  # of i18n
    templates.filters["day"] = words.day
    templates.filters["short_day"] = words.short_day
    templates.globals["language"] = words.code
    return templates


def show(
    request: Request,
    service: Service,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **parts: object,
) -> HTMLResponse:
    """A page of a template and its parts; `who` is None on pages for people not signed in."""
    asked = asked_language(request).code
    page = service.templates[asked].get_template(template)
    html = page.render({"who": None, "languages": other_languages(request, asked), **parts})
    own = {"Content-Language": asked, "Vary": "Accept-Language, Cookie", **(headers or {})}
    response = HTMLResponse(html, status_code=status, headers=own)
    keep_language(request, response, asked)
    return response


ERRORS = {
    403: (
        msgid("This form could not be accepted"),
        msgid("It did not come from this page. Open the page again and try once more."),
    ),
    404: (
        msgid("There is nothing here"),
        msgid("The address is wrong, or the page is not among those you can open."),
    ),
    405: (
        msgid("This address cannot be used like that"),
        msgid("Go back and use the links and buttons of the page."),
    ),
    422: (msgid("This address is not complete"), msgid("Go back and use the links and buttons of the page.")),
}
OTHER = (msgid("This did not work"), msgid("Go back and try again."))


def error_page(request: Request, service: Service, status: int) -> HTMLResponse:
    """The page for an error; the same for everybody and every address."""
    words = asked_language(request)
    title, advice = map(words.says, ERRORS.get(status, OTHER))
    return show(request, service, "error.html", status=status, title=title, advice=advice)


def fault_page(request: Request, service: Service, incident: str) -> HTMLResponse:
    """The page for a fault of ours, with the number to quote."""
    words = asked_language(request)
    advice = words.says(
        "Something went wrong on our side. Nothing was changed. To ask for help, quote {incident}.", incident=incident
    )
    return show(request, service, "error.html", status=500, title=words.says(OTHER[0]), advice=advice)
