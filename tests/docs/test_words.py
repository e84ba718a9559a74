"""The words of the pages, and the links between them."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, markdown

FORBIDDEN = re.compile(
    r"at[- ]risk|high[- ]risk|drop[- ]?out|drop(?:s|ped)? out|will fail|because of (?:his|her|their)"
    r"|predicted to fail|failing students?|red flag",
    re.IGNORECASE,
)
ALLOWED = {
    "CONTRIBUTING.md": ("at-risk", "dropout", "will fail"),
    "docs/how-to/prepared-table.md": ("Dropout",),
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
