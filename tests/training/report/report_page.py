"""A report read back: its tags, its texts, and the rows of its tables."""

from html.parser import HTMLParser

VOID = frozenset({"meta", "br"})
FORBIDDEN = ("at-risk", "at risk", "dropout", "drop out", "drop-out", "will fail", "predator", "offender")
"""Words that no report says of students."""


class Page(HTMLParser):
    """A page read back: its rows as texts, its paragraphs, and the tags that stay open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.texts: dict[str, list[str]] = {"tr": [], "p": [], "h1": [], "h2": [], "caption": [], "title": []}
        self.caption_of_row: list[int] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        name = self.named(tag)
        if tag not in VOID:
            self.open.append(name)
        if name in self.texts:
            self.texts[name].append("")
        if tag == "tr":
            self.caption_of_row.append(len(self.texts["caption"]) - 1)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() in (tag, f"chart {tag}")

    def named(self, tag: str) -> str:
        """The tag; the title of a chart is not that of the page."""
        return "chart title" if tag == "title" and "svg" in self.open else tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open) & set(self.texts):
            self.texts[tag][-1] += f"{data} " if tag == "tr" else data

    def table(self, caption: str) -> list[str]:
        """The rows of the tables whose caption ends with these words."""
        placed = zip(self.texts["tr"], self.caption_of_row, strict=True)
        return [row for row, at in placed if self.texts["caption"][at].endswith(caption)]

    def rows(self, name: str) -> list[list[str]]:
        """The words of each row that starts with a name."""
        return [row.removeprefix(name).split() for row in self.texts["tr"] if row.startswith(f"{name} ")]
