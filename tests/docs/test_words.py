"""The words of the pages, and the links between them."""

import re
from functools import cache
from pathlib import Path

import pytest

from docs.translations import messages, read_catalog, strings_of
from serving.pages.rendering import HERE
from tests.docs.pages import ROOT, markdown

FORBIDDEN = re.compile(
    r"at[- ]risk|high[- ]risk|drop[- ]?out|drop(?:s|ped)? out|will fail|because of (?:his|her|their)"
    r"|predicted to fail|failing students?|red flag",
    re.IGNORECASE,
)
CAUSAL = re.compile(r"because of|caused? by|\bcauses?\b|due to|leads? to|results? in|thanks to", re.IGNORECASE)
SPANISH = re.compile(
    r"(?:en|de|alto) riesgo|buen camino|desert(?:or|ora|ores|oras|ar|ó)\b|deserci[oó]n|abandon\w*"
    r"|(?:va|van) a (?:reprobar|fracasar)"
    r"|fracasar\w*|fracaso|reprobar[áa]\w*|debido a|por culpa de|\bcausas?\b|causad[oa]s?|a causa|gracias a|lleva a\b"
    r"|señal de alarma|bandera roja",
    re.IGNORECASE,
)
ALLOWED = {
    "CONTRIBUTING.md": ("at-risk", "dropout", "will fail"),
    "docs/how-to/prepared-table.md": ("Dropout", "Dropout"),
}
"""Where a page lists a word as one not to use, or quotes a value of a public table; once each."""

BRITISH = re.compile(
    r"\b(?:behaviour|colour|enrolment|favour|licence|programme|neighbour)\w*"
    r"|\b(?:regular|organ|recogn|normal|summar|general|util|optim|random|standard|anonym)is(?:e|ed|es|ing|ation)\b",
    re.IGNORECASE,
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
PAGES = markdown()


def name_of(page: Path) -> str:
    """A page's path from the root."""
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_has_no_word_that_people_should_not_read(page: Path) -> None:
    found = FORBIDDEN.findall(page.read_text(encoding="utf-8"))
    assert sorted(found) == sorted(ALLOWED.get(name_of(page), ()))


@cache
def english() -> list[str]:
    """Every sentence that people read on pages or get from the API."""
    return [words for message in messages() for words in ([message] if isinstance(message, str) else message)]


@cache
def spanish() -> list[str]:
    """The same in Spanish."""
    return list(strings_of(read_catalog("es")))


def unfit(sentences: list[str], *patterns: re.Pattern[str]) -> list[str]:
    """The sentences with a word that people should not read."""
    return [words for words in sentences if any(pattern.search(words) for pattern in patterns)]


def test_no_sentence_for_people_labels_a_student_or_says_what_causes_what() -> None:
    assert unfit(english(), FORBIDDEN, CAUSAL) == []
    assert unfit(spanish(), SPANISH, FORBIDDEN) == []


def test_no_template_has_a_word_that_people_should_not_read() -> None:
    templates = [path.read_text(encoding="utf-8") for path in sorted((HERE / "templates").glob("*.html"))]
    assert len(templates) >= 6
    assert unfit(templates, FORBIDDEN, CAUSAL, SPANISH) == []


@pytest.mark.parametrize("planted", [
    "an at-risk student", "She may drop out.", "will fail math", "off track because of absences", "This leads to an F.",
    "Absence caused by illness", "late due to work",
])  # fmt: skip
def test_a_planted_english_word_is_found(planted: str) -> None:
    assert unfit([*english(), planted], FORBIDDEN, CAUSAL) == [planted]


@pytest.mark.parametrize("planted", [
    "un estudiante en riesgo", "un desertor", "la deserción", "abandono escolar", "Va a reprobar.", "Fracasará.",
    "debido a sus faltas", "por culpa de la escuela", "la causa es otra", "una falta causada por algo",
])  # fmt: skip
def test_a_planted_spanish_word_is_found(planted: str) -> None:
    assert unfit([*spanish(), planted], SPANISH) == [planted]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_is_written_in_american_spelling(page: Path) -> None:
    prose = CODE.sub("", page.read_text(encoding="utf-8"))
    assert BRITISH.findall(prose) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(CODE.sub("", page.read_text(encoding="utf-8")))
    lost = [link for link in links if not link.startswith(("http:", "https:")) and not leads(page, link)]
    assert lost == []


def leads(page: Path, link: str) -> bool:
    """Whether a file is there, with the heading that the link names."""
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_reached_from_the_readme() -> None:
    reached, ahead = set[Path](), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
            if not link.startswith("http"):
                ahead.append((page.parent / link.partition("#")[0]).resolve())
    assert [name_of(page) for page in PAGES if page not in reached] == []
