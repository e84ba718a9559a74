"""The pages of the documentation, and the blocks that stand in them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """A command that a page shows, and the lines shown below it; `…` stands for lines left out."""

    command: str
    output: tuple[str, ...]


def markdown() -> list[Path]:
    """Every page: those at the root, and all below `docs`."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def blocks(page: Path, language: str) -> list[str]:
    """The content of a page's code blocks in that language, in order."""
    return [content for name, content in BLOCK.findall(page.read_text(encoding="utf-8")) if name == language]


def shown_commands(page: Path) -> list[Shown]:
    """The commands of a page's console blocks, in order."""
    found: list[Shown] = []
    for line in "".join(blocks(page, "console")).splitlines():
        if line.startswith("$ "):
            found.append(Shown(line.removeprefix("$ "), ()))
        else:
            found[-1] = Shown(found[-1].command, (*found[-1].output, line))
    return found
