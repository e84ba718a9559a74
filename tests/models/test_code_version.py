"""The version of the code: the commit of a checkout as git itself says it, else the package's."""

import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from models.code_version import code_version


def git(folder: Path, *words: str) -> str:
    """What git answers in a folder."""
    named = ["-c", "user.name=A", "-c", "user.email=a@localhost"]
    return subprocess.run(
        ["git", *named, *words], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    return folder


def test_a_checkout_is_at_the_commit_that_git_says(checkout: Path) -> None:
    assert code_version(checkout) == git(checkout, "rev-parse", "HEAD")


def test_a_packed_branch_a_commit_without_a_branch_and_a_worktree_are_read_too(checkout: Path, tmp_path: Path) -> None:
    head = git(checkout, "rev-parse", "HEAD")
    git(checkout, "worktree", "add", "-q", "-b", "other", str(tmp_path / "other"))
    assert code_version(tmp_path / "other") == head
    git(checkout, "pack-refs", "--all")
    assert code_version(checkout) == head
    assert code_version(tmp_path / "other") == head
    git(checkout, "checkout", "-q", "--detach")
    assert code_version(checkout) == head


@pytest.mark.parametrize("head", ["", "ref: refs/heads/nothing-committed", "not a commit"])
def test_without_a_commit_it_is_the_package_s_version(tmp_path: Path, head: str) -> None:
    assert code_version(tmp_path) == version("ontrack")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text(head)
    assert code_version(tmp_path) == version("ontrack")


def test_a_checkout_around_the_package_is_not_its_own(checkout: Path) -> None:
    inside = checkout / "venv" / "site-packages"
    inside.mkdir(parents=True)
    assert code_version(inside) == version("ontrack")
