"""Which code ran: the commit of the checkout, or the version of the installed package."""

import re
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMIT = re.compile(r"[0-9a-f]{40,64}", re.ASCII)


def code_version(root: Path = ROOT) -> str:
    """The commit that is checked out in a folder, read from its `.git` without running git.

    The version of the package where the folder is no checkout, as in an installed wheel. Changes that are not
    committed do not show.
    """
    return commit_of(root) or version("ontrack")


def commit_of(root: Path) -> str:
    """The commit that is checked out in a folder; empty where there is none."""
    folder = git_folder(root / ".git")
    head = read_line(folder / "HEAD")
    reference = head.removeprefix("ref: ")
    if reference == head:
        return head if COMMIT.fullmatch(head) else ""
    shared = folder / (read_line(folder / "commondir") or ".")  # a worktree keeps its branches there
    found = read_line(folder / reference) or read_line(shared / reference) or packed_commit(shared, reference)
    return found if COMMIT.fullmatch(found) else ""


def git_folder(path: Path) -> Path:
    """The folder of a checkout's history; of a worktree or a submodule, `.git` is a file that names it."""
    return path.parent / read_line(path).removeprefix("gitdir: ") if path.is_file() else path


def packed_commit(folder: Path, reference: str) -> str:
    """The commit of a branch that git has packed into one file with others; empty where it is not there."""
    path = folder / "packed-refs"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((line.partition(" ")[0] for line in lines if line.endswith(f" {reference}")), "")


def read_line(path: Path) -> str:
    """The text of a file of one line; empty where there is no such file."""
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""
