"""What is kept between workers and runs is never stale, made once, and never half."""

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import kept_folders
from tests.kept_folders import (
    PRODUCT,
    ROOT,
    UNUSED,
    CodeChanged,
    code_of_product,
    kept,
    kept_at_its_place,
    kept_findings,
)


def write_note(folder: Path) -> None:
    """Makes a folder with a note in it."""
    (folder / "note").write_text("made", encoding="utf-8")


@pytest.fixture
def product(tmp_path: Path) -> Path:
    """A copy of the product's source, to be edited."""
    for name in PRODUCT:
        shutil.copytree(ROOT / name, tmp_path / "product" / name, ignore=shutil.ignore_patterns("__pycache__"))
    for module in ROOT.glob("*.py"):
        shutil.copy(module, tmp_path / "product")
    return tmp_path / "product"


@pytest.mark.parametrize(
    "edited",
    [
        "features/engine/sql_script.py",
        "models/estimators/fitting.py",
        "training/train.py",
        "serving/pages/templates/caseload.html",
        "presentation/tables.py",
        "ontrack_demo.py",
    ],
)
def test_an_edited_line_of_the_product_makes_it_anew(product: Path, edited: str) -> None:
    before = code_of_product(product)
    assert (product / edited).exists()
    assert before == code_of_product(product)
    with (product / edited).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert code_of_product(product) != before


def test_a_new_module_of_the_product_makes_it_anew_and_a_compiled_one_does_not(product: Path) -> None:
    before = code_of_product(product)
    (product / "features" / "__pycache__").mkdir()
    (product / "features" / "__pycache__" / "tables.pyc").write_bytes(b"compiled")
    assert code_of_product(product) == before
    (product / "features" / "more.py").write_text("", encoding="utf-8")
    assert code_of_product(product) != before


def test_it_is_made_once_for_one_code_and_again_for_another(tmp_path: Path) -> None:
    made = []
    for said, code in (("one", "a"), ("one", "a"), ("other", "a"), ("one", "b")):
        kept(said, code, lambda folder, what=(said, code): made.append(what), under=tmp_path)  # type: ignore[misc]
    assert made == [("one", "a"), ("other", "a"), ("one", "b")]


def test_findings_are_made_once_for_one_code_and_nothing_of_the_work_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_folders, "KEPT", tmp_path / "kept")
    spec, made = tmp_path / "spec.toml", []

    def make(work: Path) -> dict[str, float]:
        """Works in its folder."""
        write_note(work)
        made.append(work)
        return {"found": 0.5}

    for content in ("k = 3", "k = 3", "k = 5"):
        spec.write_text(content, encoding="utf-8")
        assert kept_findings("one", [spec], make) == {"found": 0.5}
    assert len(made) == 2
    assert not any(work.exists() for work in made)
    assert {path.name for path in (tmp_path / "kept").rglob("*") if path.is_file()} <= {
        "found.json", "used", *(path.name for path in (tmp_path / "kept").glob(".*.lock")),
    }  # fmt: skip


def test_who_asks_at_the_same_time_gets_what_the_first_makes(tmp_path: Path) -> None:
    made = []

    def slowly(folder: Path) -> None:
        """Takes a moment."""
        time.sleep(0.1)
        write_note(folder)
        made.append(folder)

    with ThreadPoolExecutor(4) as threads:
        folders = set(threads.map(lambda _: kept("one", "a", slowly, under=tmp_path), range(4)))
    (folder,) = folders
    assert len(made) == 1
    assert (folder / "note").read_text(encoding="utf-8") == "made"


def test_what_was_killed_or_failed_in_its_midst_is_made_anew(tmp_path: Path) -> None:
    def fails(folder: Path) -> None:
        """Writes half."""
        (folder / "half").touch()
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        kept("one", "a", fails, under=tmp_path)
    folder = kept("one", "a", write_note, under=tmp_path)
    assert {path.name for path in folder.iterdir()} == {"note", "used"}


def test_what_nobody_asked_for_in_days_is_removed_when_something_new_is_made(tmp_path: Path) -> None:
    old, lately = (kept(said, "a", write_note, under=tmp_path) for said in ("old", "lately"))
    long_ago = time.time() - UNUSED - 1
    os.utime(old / "used", (long_ago, long_ago))
    kept("new", "a", write_note, under=tmp_path)
    assert (old.exists(), lately.exists()) == (False, True)


def test_an_installation_at_its_place_is_made_once_and_whole_again_for_the_next_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_folders, "KEPT", tmp_path / "kept")
    made = []

    def make(place: Path, notes: Path) -> None:
        """Makes an installation that knows where it is."""
        (place / "home").mkdir(mode=0o700)
        (place / "home" / "place").write_text(str(place), encoding="utf-8")
        write_note(notes)
        made.append(place)

    states = []
    for _ in range(2):
        with kept_at_its_place("demo", lambda: "a", make) as (place, notes):
            file = place / "home" / "place"
            states.append((file.read_text(encoding="utf-8"), file.stat().st_mtime_ns, file.parent.stat().st_mode))
            assert (notes / "note").read_text(encoding="utf-8") == "made"
            file.write_text("spoiled", encoding="utf-8")
            (place / "more").touch()
    assert (made, states[0]) == ([tmp_path / "demo"], states[1])
    with kept_at_its_place("demo", lambda: "b", make) as (place, _):
        assert not (place / "more").exists()
    assert len(made) == 2


def test_what_was_made_while_its_code_was_edited_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_folders, "KEPT", tmp_path / "kept")
    source, made = tmp_path / "source.py", []
    source.write_text("before", encoding="utf-8")

    def make(place: Path, notes: Path) -> None:
        """Is edited in its midst, the first time."""
        made.append(source.read_text(encoding="utf-8"))
        source.write_text("after", encoding="utf-8")
        write_note(notes)

    with pytest.raises(CodeChanged, match="run the tests again"), kept_at_its_place("demo", source.read_text, make):
        pass
    source.write_text("before", encoding="utf-8")  # as it was when the digest was taken: must be made again
    with pytest.raises(CodeChanged), kept_at_its_place("demo", source.read_text, make):
        pass
    with kept_at_its_place("demo", source.read_text, make) as (_, notes):
        assert (notes / "note").exists()
    assert made == ["before", "before", "after"]
