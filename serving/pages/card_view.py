"""A model card as sections to be shown: paragraphs, lists and tables of its Markdown, and nothing else of it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Kind = Literal["text", "list", "table"]
STYLED = re.compile(r"\*\*(?P<strong>.+?)\*\*|`(?P<code>[^`]+)`")


@dataclass(frozen=True)
class Span:
    """Words of a line, and how they are set: an empty style for plain ones; `english` where they are in no other."""

    style: Literal["", "strong", "code"]
    words: str
    english: bool = False


Line = tuple[Span, ...]


@dataclass(frozen=True)
class Block:
    """A paragraph of one line, a list of several, or a table of rows of cells, its head first."""

    kind: Kind
    lines: tuple[Line, ...] = ()
    rows: tuple[tuple[Line, ...], ...] = ()


@dataclass(frozen=True)
class CardSection:
    """A heading of the card, empty above the first, and what stands below it."""

    title: str
    blocks: tuple[Block, ...]


Said = Callable[[str], tuple[str, bool]]
"""A text as it is shown, and whether it is in the reader's language."""


def as_signed(text: str) -> tuple[str, bool]:
    """A text as the card has it."""
    return text, True


def card_sections(card: str, said: Said = as_signed) -> tuple[str, tuple[CardSection, ...]]:
    """The header that programs read, and the sections of a card; what is no list and no table is a paragraph."""
    header, body = split_header(card)
    parts = re.split(r"^## (.+)$", re.sub(r"^# .*$", "", body, flags=re.MULTILINE), flags=re.MULTILINE)
    titles, bodies = ["", *parts[1::2]], parts[0::2]
    found = ((said(title.strip())[0], tuple(blocks_of(body, said))) for title, body in zip(titles, bodies, strict=True))
    return header, tuple(CardSection(title, blocks) for title, blocks in found if blocks)


def split_header(card: str) -> tuple[str, str]:
    """The lines between the first two rules, and the rest."""
    found = re.match(r"---\n(.*?)\n---\n", card, flags=re.DOTALL)
    return (found.group(1), card[found.end() :]) if found else ("", card)


def kind_of(line: str) -> Kind:
    """What a line belongs to."""
    if line.startswith("- "):
        return "list"
    return "table" if line.startswith("|") else "text"


def blocks_of(body: str, said: Said) -> Iterator[Block]:
    """The blocks of a section, in its order."""
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    for kind, group in groupby(lines, kind_of):
        found = list(group)
        if kind == "table":
            yield Block("table", rows=tuple(rows_of(found, said)))
        elif kind == "list":
            yield Block("list", tuple(spans(line[2:], said) for line in found))
        else:
            yield from (Block("text", (spans(line, said),)) for line in found)


def rows_of(lines: Sequence[str], said: Said) -> Iterator[tuple[Line, ...]]:
    """The rows of a table, without the rule below its head."""
    for line in lines:
        if not re.fullmatch(r"[|\s:-]+", line):
            yield tuple(spans(cell.strip(), said) for cell in line.strip("|").split("|"))


def spans(line: str, said: Said) -> Line:
    """A line as plain words, strong words and code."""
    text, known = said(line)
    found, at = [], 0
    for styled in STYLED.finditer(text):
        found.append(Span("", text[at : styled.start()], not known))
        strong = styled["strong"]
        code = strong is None
        found.append(Span("code" if code else "strong", styled["code"] if code else strong, not known))
        at = styled.end()
    return tuple(span for span in (*found, Span("", text[at:], not known)) if span.words)
