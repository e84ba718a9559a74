"""Renders a page from its template, in the language of the request."""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial
from gettext import NullTranslations
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment
from markupsafe import Markup

from presentation.environment import template_environment
from serving.app_context import AppContext
from serving.pages.current_user import find_viewer_safely, form_token
from serving.pages.enhancement import enhancement
from serving.pages.language import language_links, remember_language, request_language
from serving.pages.places import places_shown
from serving.pages.static_files import script_address, stylesheet_address
from serving.pages.student_names import called
from serving.pages.table_drawing import draw_table
from serving.web.problems import BUSY_AGAIN
from serving.wording.locale import LOCALES, Language, load_language, msgid

HERE = Path(__file__).parent
STATIC = HERE / "static"


@cache
def load_templates() -> Mapping[str, Environment]:
    """The templates in each language: compiled when first shown, and kept for all applications of the process."""
    return {code: build_environment(load_language(code)) for code in LOCALES}


def build_environment(words: Language) -> Environment:
    """The templates in a language; everything put into them is escaped, and a name they miss is an error."""
    templates = template_environment(HERE / "templates")
    templates.add_extension("jinja2.ext.i18n")
    templates.policies["ext.i18n.trimmed"] = True
    templates.install_gettext_translations(words.catalog, newstyle=True)  # type: ignore[attr-defined]  # of i18n
    templates.globals.update(sentence_functions(words.catalog))
    templates.filters["day"] = words.day
    templates.filters["short_day"] = words.short_day
    templates.filters["amount"] = words.amount
    templates.globals["draw_table"] = draw_table
    templates.globals["called"] = called
    templates.globals["stylesheet_address"] = stylesheet_address
    templates.globals["script_address"] = script_address
    templates.globals["language"] = words.code
    templates.globals["band"] = lru_cache(maxsize=BANDS_KEPT)(partial(draw_band, templates))
    return templates


SENTENCES_KEPT = 2048
"""More than templates have."""


def sentence_functions(catalog: NullTranslations) -> dict[str, Callable[..., Markup]]:
    """The functions by which templates say sentences: what those of Jinja2 do, with sentences without values kept."""

    @lru_cache(maxsize=SENTENCES_KEPT)
    def kept(message: str) -> Markup:
        return Markup(catalog.gettext(message)) % {}  # noqa: S704 - a sentence of the catalog

    def gettext(message: str, **values: object) -> Markup:
        return Markup(catalog.gettext(message)) % values if values else kept(message)  # noqa: S704 - its values are escaped

    def ngettext(one: str, many: str, num: int, **values: object) -> Markup:
        return Markup(catalog.ngettext(one, many, num)) % {"num": num, **values}  # noqa: S704 - its values are escaped

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext}


BANDS_KEPT = 16
"""Each band in its words, once: a list has one in every row."""


def draw_band(templates: Environment, code: str, words: str) -> Markup:
    """A band as pages show it: bars beside its words."""
    return Markup(templates.get_template("band.html").render(code=code, words=words))  # noqa: S704 - escaped by the template


def render_page(
    request: Request,
    context: AppContext,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    enhanced: bool = False,
    **parts: object,
) -> HTMLResponse:
    """A page of a template and its parts; `who` is None on pages for people not signed in.

    One that is `enhanced` has scripts where they are installed, and a policy that lets them run.
    """
    more = enhancement() if enhanced else None
    asked = request_language(request).code
    page = context.templates[asked].get_template(template)
    shared: dict[str, object] = {
        "who": None,
        "languages": language_links(request, asked),
        "form_token": form_token(request),
        "enhancement": more,
    }
    if "places" not in parts:
        shared["places"] = places_shown(parts.get("who"), request.url.path, context.settings)
    html = page.render({**shared, **parts})
    own = {"Content-Language": asked, "Vary": "Accept-Language, Cookie", **(headers or {})}
    if more is not None:
        own["Content-Security-Policy"] = more.policy
    response = HTMLResponse(html, status_code=status, headers=own)
    remember_language(request, response, asked)
    return response


ERROR_TEXTS = {
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
    503: (msgid("Many people are using this right now"), msgid("Wait a few seconds, then go back and try again.")),
}
DEFAULT_ERROR = (msgid("This did not work"), msgid("Go back and try again."))


def error_page(request: Request, context: AppContext, status: int) -> HTMLResponse:
    """The page for an error: the same for every address, with the name of who is signed in."""
    words, who = request_language(request), find_viewer_safely(request, context)
    title, advice = map(words.translate, ERROR_TEXTS.get(status, DEFAULT_ERROR))
    return render_page(request, context, "error.html", status=status, who=who, title=title, advice=advice)


def busy_page(request: Request, context: AppContext) -> HTMLResponse:
    """The page for a database that was too busy."""
    page = error_page(request, context, 503)
    page.headers["Retry-After"] = str(BUSY_AGAIN)
    return page


def fault_page(request: Request, context: AppContext, incident: str) -> HTMLResponse:
    """The page for a fault of ours, with the number to quote."""
    words, who = request_language(request), find_viewer_safely(request, context)
    advice = words.translate(
        "Something went wrong on our side. Nothing was changed. To ask for help, quote {incident}.", incident=incident
    )
    title = words.translate(DEFAULT_ERROR[0])
    return render_page(request, context, "error.html", status=500, who=who, title=title, advice=advice)
