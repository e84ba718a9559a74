"""What the repository holds, and what it must never hold."""

import ast
import re
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

PACKAGES = ("features", "models", "presentation", "training", "serving")
DATA = {
    ".csv", ".tsv", ".xls", ".xlsx", ".parquet", ".pq", ".feather", ".arrow", ".duckdb", ".db", ".sqlite", ".sqlite3",
    ".gz", ".zip", ".zst", ".pkl", ".pickle", ".joblib",
}  # fmt: skip
KEYS = {".key", ".pem", ".p12", ".pfx", ".jks"}
PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{16}")
MACHINE = re.compile(r"(?<![\w.~$}/-])/(?:home|Users|root|work|mnt|private|var/folders)/[\w.-]+")
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>\S+)")
INDEX = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|https?://|git\+|file:", re.IGNORECASE)
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "core"}


def tracked() -> list[Path]:
    """The files that are in the repository, or would be with the next commit."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode != 0:
        pytest.skip("not a checkout of the repository")
    return [path for name in found.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> dict[str, str]:
    """The tracked files that are text, by their path."""
    found = {}
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content:
            found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8", errors="replace")
    return found


def test_no_data_file_is_in_the_repository() -> None:
    assert [path.name for path in tracked() if path.suffix.lower() in DATA] == []


def test_no_private_key_is_in_the_repository() -> None:
    assert [path.name for path in tracked() if path.suffix.lower() in KEYS or path.name.startswith(".env")] == []
    assert [name for name, text in texts().items() if PRIVATE_KEY.search(text)] == []


def test_no_path_of_a_machine_is_in_the_repository() -> None:
    assert {name: found for name, text in texts().items() if (found := MACHINE.findall(text))} == {}


def test_nobody_else_ships_our_top_level_names() -> None:
    owners = packages_distributions()
    for name in (
        *PACKAGES,
        "ontrack",
        "ontrack_demo",
        "ontrack_demo_district",
        "ontrack_collaborative",
        "ontrack_doctor",
    ):
        assert set(owners.get(name, [])) <= {"ontrack"}, name
    assert "docs" not in owners, "a package of that name would stand before our folder"


def lock_entries() -> list[list[str]]:
    """The pins of the lock file, each with the lines that belong to it."""
    entries: list[list[str]] = []
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            entries.append([line])
        elif line.strip() and not line.strip().startswith("#"):
            entries[-1].append(line)
    return entries


def test_every_pin_of_the_lock_has_a_hash() -> None:
    entries = lock_entries()
    assert len(entries) > 50
    assert [entry[0] for entry in entries if not PINNED.match(entry[0])] == []
    assert [entry[0] for entry in entries if not any("--hash=sha256:" in line for line in entry)] == []


def test_the_lock_names_no_index() -> None:
    assert INDEX.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_an_init_is_one_docstring(package: str) -> None:
    for path in sorted((ROOT / package).rglob("__init__.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        constants = [node.value for node in body if isinstance(node, ast.Expr)]
        assert len(body) == 1, path
        assert [type(value.value) for value in constants if isinstance(value, ast.Constant)] == [str], path


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [path for path in tracked() if path.suffix == ".py"]
    assert [str(path.relative_to(ROOT)) for path in named if {path.stem, path.parent.name} & VAGUE] == []


def test_no_pre_commit_hook_is_fetched() -> None:
    config = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"^ *- repo: (.*)$", config, re.MULTILINE) == ["local"]
