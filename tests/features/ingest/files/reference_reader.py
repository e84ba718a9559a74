"""CSV read letter by letter, as a plain model of how the rows of a file are found."""

from dataclasses import dataclass, field


@dataclass
class PlainReader:
    """Reads a text; `records` are cells and whether a quote is misplaced, `is_open` tells of a quote at the end."""

    delimiter: str
    quote: str
    escape: str
    records: list[tuple[list[str], bool]] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    cell: str = ""
    state: str = "start"
    misplaced: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the text ended within a quoted cell."""
        return self.state == "quoted"

    def read(self, text: str) -> None:
        """Takes every letter of a text in turn."""
        place = 0
        while place < len(text):
            place += self.take(text[place], text[place + 1 : place + 2])
        if (self.cells or self.cell or self.state != "start") and not self.is_open:
            self.end_record()

    def take(self, letter: str, following: str) -> int:
        """How many letters were taken: two where the second belongs to the first."""
        if self.escape and letter == self.escape:
            self.cell += following
            self.state = "bare" if self.state == "start" else self.state
            return 2
        if self.state == "quoted":
            return self.take_quoted(letter, following)
        if letter in "\r\n":
            self.end_record()
            return 2 if letter + following == "\r\n" else 1
        if letter == self.delimiter:
            self.end_cell()
        elif letter == self.quote and self.state == "start":
            self.state = "quoted"
        else:
            self.cell, self.state = self.cell + letter, "bare"
        return 1

    def take_quoted(self, letter: str, following: str) -> int:
        """The same within quotes."""
        if letter != self.quote:
            self.cell += letter
        elif following == self.quote and not self.escape:
            self.cell += letter
            return 2
        else:
            self.state = "bare"
            self.misplaced |= following not in ("", self.delimiter, "\r", "\n")
        return 1

    def end_cell(self) -> None:
        """Begins another cell."""
        self.cells.append(self.cell)
        self.cell, self.state = "", "start"

    def end_record(self) -> None:
        """Begins another record; a line of nothing has no cell at all."""
        is_blank = not self.cells and not self.cell and self.state == "start"
        self.end_cell()
        self.records.append(([] if is_blank else self.cells, self.misplaced))
        self.cells, self.misplaced = [], False
