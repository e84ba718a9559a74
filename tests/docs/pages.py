"""The pages of the documentation, and the blocks that stand in them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)

SAVE_AS = re.compile(r"Save this as `([^`]+)`[^\n]*:\n+\Z")
"""The words by which a page names the file that the block below them is."""


@dataclass(frozen=True)
class Shown:
    """A command that a page shows, and the lines shown below it; `…` stands for lines left out."""

    command: str
    output: tuple[str, ...]


@dataclass(frozen=True)
class Saved:
    """A file that a page tells its reader to save, as the words before it name it."""

    name: str
    content: str


def markdown() -> list[Path]:
    """Every page of ours: those at the root, and all below `docs`."""
    found = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
    return sorted(page for page in found if "node_modules" not in page.parts)


def blocks(page: Path, language: str) -> list[str]:
    """The content of a page's code blocks in that language, in order."""
    return [content for name, content in BLOCK.findall(page.read_text(encoding="utf-8")) if name == language]


def shown_commands(page: Path) -> list[Shown]:
    """The commands of a page's console blocks, in order."""
    return commands_in("".join(blocks(page, "console")))


def steps(page: Path) -> list[Shown | Saved]:
    """What a page tells its reader to do, from top to bottom: files to save and commands to type.

    A command of a shell block is one line here; the first JSON below a command that shows no output is its output.
    """
    found: list[Shown | Saved] = []
    text = page.read_text(encoding="utf-8")
    for block in BLOCK.finditer(text):
        told = SAVE_AS.search(text[: block.start()])
        if told:
            found.append(Saved(told.group(1), block.group(2)))
        elif block.group(1) == "console":
            found.extend(commands_in(block.group(2)))
        elif block.group(1) == "sh":
            found.append(Shown(block.group(2).replace("\\\n", " "), ()))
        elif block.group(1) == "json" and found and isinstance(found[-1], Shown) and not found[-1].output:
            found[-1] = Shown(found[-1].command, tuple(block.group(2).splitlines()))
    return found


def commands_in(console: str) -> list[Shown]:
    """The commands of a console block, each with the lines below it."""
    found: list[Shown] = []
    for line in console.splitlines():
        if line.startswith("$ "):
            found.append(Shown(line.removeprefix("$ "), ()))
        else:
            found[-1] = Shown(found[-1].command, (*found[-1].output, line))
    return found
