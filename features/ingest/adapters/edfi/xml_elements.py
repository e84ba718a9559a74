"""The elements of an interchange of bulk XML, one record at a time, in bounded memory and without entities."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from features.ingest.files.sources import SourceFile
from features.ingest.findings import DataRefused, Finding

CHUNK = 1 << 16
MOST_DEPTH = 32
MOST_PARTS = 20_000
"""Elements and pieces of text of one record."""

LONGEST_TOKEN = 4 << 20
"""Bytes of one tag, comment or the like."""

RECORD_DEPTH = 2
INTERCHANGE = "Interchange"


@dataclass
class Element:
    """An element without its namespace: its text, the elements in it, its id, and the id that it refers to."""

    name: str
    line: int
    id: str = ""
    ref: str = ""
    pieces: list[str] = field(default_factory=list)
    children: list["Element"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text."""
        return "".join(self.pieces).strip()


class ElementReader:
    """Takes the bytes of one interchange and gives its records; those that are not `wanted` are passed over."""

    def __init__(self, file: str, wanted: Callable[[str], bool]) -> None:
        self.file, self.wanted, self.namespace = file, wanted, ""
        self.depth, self.parts = 0, 0
        self.opened: list[Element] = []
        self.records: deque[Element] = deque()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters

    def refuse(self, expected: str) -> NoReturn:
        """Raises DataRefused at the line that was reached."""
        raise DataRefused([Finding("FILE06", self.file, self.parser.CurrentLineNumber, "", expected)])

    def doctype(self, *_declared: object) -> None:
        """A document type is refused: it may declare entities, which grow or lead to other files."""
        self.refuse("expected XML without a document type and entities")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        namespace, _, name = tag.rpartition(" ")
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.refuse(f"expected elements at most {MOST_DEPTH} deep")
        if self.depth == 1:
            self.namespace = namespace
            if not name.startswith(INTERCHANGE):
                self.refuse(f"expected an Ed-Fi interchange: a document whose root is {INTERCHANGE}…")
        elif self.opened or (self.depth == RECORD_DEPTH and (self.wanted(name) or "id" in attributes)):
            self.open(name if namespace == self.namespace else "", attributes)

    def open(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element of a record begins; one of an extension has no name here."""
        self.count()
        made = Element(name, self.parser.CurrentLineNumber, attributes.get("id", ""), attributes.get("ref", ""))
        if self.opened:
            self.opened[-1].children.append(made)
        self.opened.append(made)

    def end(self, _tag: str) -> None:
        """An element ends."""
        self.depth -= 1
        if self.opened:
            done = self.opened.pop()
            if not self.opened:
                self.records.append(done)
                self.parts = 0

    def characters(self, text: str) -> None:
        """A piece of text."""
        if self.opened and not text.isspace():
            self.count()
            self.opened[-1].pieces.append(text)

    def count(self) -> None:
        """Refuses a record of too many parts."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            self.refuse(f"expected at most {MOST_PARTS:,} elements in one record; is one not closed?")

    def feed(self, chunk: bytes, taken: int) -> None:
        """Reads the next bytes, after `taken` others; none are the end."""
        try:
            self.parser.Parse(chunk, not chunk)
        except (expat.ExpatError, ValueError, LookupError):
            self.refuse("expected well-formed XML; is the file cut off?")
        if taken + len(chunk) - self.parser.CurrentByteIndex > LONGEST_TOKEN:
            self.refuse(f"expected tags and comments of at most {LONGEST_TOKEN >> 20} MiB")


def elements_in(file: SourceFile, wanted: Callable[[str], bool]) -> Iterator[Element]:
    """The wanted records of an interchange, and those that have an id; DataRefused where it is no such file."""
    reader, taken = ElementReader(file.name, wanted), 0
    with file.open() as source:
        while True:
            chunk = source.read(CHUNK)
            reader.feed(chunk, taken)
            taken += len(chunk)
            while reader.records:
                yield reader.records.popleft()
            if not chunk:
                return
