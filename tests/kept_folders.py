"""Folders that take seconds to make: made once for all workers and runs, and found again by what decides them.

A folder lies in `.pytest_cache/kept` under a digest of what is said about it and of all code that makes it. A changed
line makes it anew; what nobody asked for in three days is removed. Whoever uses one takes a copy.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from features.atomic_files import file_lock
from features.engine.definition_digest import library_versions
from features.engine.module_reach import reach_digest

ROOT = Path(__file__).parents[1]
KEPT = ROOT / ".pytest_cache" / "kept"
UNUSED = 3 * 24 * 3600
"""Seconds after which a folder that no test asked for is removed."""
PRODUCT = ("features", "models", "presentation", "training", "serving")
"""The packages of the product; what stands beside them in the root are modules."""


def kept(said: str, code: str, make: Callable[[Path], object], *, under: Path | None = None) -> Path:
    """The folder made from what is said by that code; who asks meanwhile waits, and a killed making leaves nothing."""
    place = under or KEPT
    digest = sha256(f"{said}\n{code}".encode()).hexdigest()[:24]
    folder = place / f"{said.split()[0]}-{digest}"
    with file_lock(place / f".{folder.name}.lock"):
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            make(unfinished)
            unfinished.rename(folder)
            remove_unused(place)
        (folder / "used").touch()
    return folder


def kept_findings(said: str, files: Sequence[str | Path], make: Callable[[Path], object]) -> Any:
    """What is found by the product, as JSON; kept while no file of it, none of these and no library is another one.

    `make` gets a folder for its work, of which nothing is kept: rows of students least of all.
    """

    def write(folder: Path) -> None:
        """Writes the findings."""
        with TemporaryDirectory() as work:
            found = make(Path(work))
        (folder / "found.json").write_text(json.dumps(found), encoding="utf-8")

    return json.loads((kept(said, code_of_product(files=[__file__, *files]), write) / "found.json").read_bytes())


class CodeChanged(Exception):  # noqa: N818 - no error of the product
    """The code was changed while it made something, which is therefore of no one state of it."""


@contextmanager
def kept_at_its_place(
    name: str, code: Callable[[], str], make: Callable[[Path, Path], object]
) -> Iterator[tuple[Path, Path]]:
    """A folder of an installation, and one with notes of its making; another session that wants them waits.

    An installation is always at one place, since MLflow and other notes in it know files by where they are. `make`
    gets that place, empty, and the folder for its notes; its processes read the code while they run. CodeChanged, and
    nothing is kept, where the digest that `code` gives is another one afterwards.
    """
    place = KEPT.with_name(name)
    with file_lock(place.with_name(f".{name}.lock")):
        before = code()

        def make_of_one_code(folder: Path) -> None:
            """Makes it, and looks at the code again."""
            make_at(place, make, folder)
            if code() != before:
                raise CodeChanged(f"the code was edited while it made `{name}`: run the tests again")

        made = kept(f"{name} {place}", before, make_of_one_code)
        put(made / "site", place)
        yield place, made


def make_at(place: Path, make: Callable[[Path, Path], object], folder: Path) -> None:
    """Makes an installation where nothing is, and puts a copy of it beside its notes."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    make(place, folder)
    put(place, folder / "site")


def put(source: Path, target: Path) -> None:
    """The target is a copy of the source, with the times and modes of its files."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)


def remove_unused(place: Path) -> None:
    """Removes what no test has asked for in days: it was made by other code."""
    for used in place.glob("*/used"):
        if time.time() - used.stat().st_mtime > UNUSED:
            shutil.rmtree(used.parent, ignore_errors=True)


def code_of(modules: Sequence[str], files: Sequence[str | Path] = ()) -> str:
    """A digest of modules with all that they reach, of files beside them, and of the libraries that are installed."""
    parts = [*map(reach_digest, modules), *(digest_of(Path(file)) for file in files), installed()]
    return sha256("\n".join(parts).encode()).hexdigest()


def code_of_product(root: Path = ROOT, files: Sequence[str | Path] = ()) -> str:
    """A digest of every file of the product, templates too, of files beside them, and of what is installed."""
    found = [path for name in PRODUCT for path in (root / name).rglob("*") if path.is_file()]
    ours = sorted(path for path in [*found, *root.glob("*.py")] if "__pycache__" not in path.parts)
    parts = [f"{path.relative_to(root)} {digest_of(path)}" for path in ours]
    return sha256("\n".join([*parts, *(digest_of(Path(file)) for file in files), installed()]).encode()).hexdigest()


def digest_of(path: Path) -> str:
    """A digest of a file's content."""
    return sha256(path.read_bytes()).hexdigest()


@cache
def installed() -> str:
    """Python's version, and that of every library that is installed, by the names of their notes: no text is parsed."""
    libraries = sorted(one.name for folder in sys.path for one in Path(folder or ".").glob("*.dist-info"))
    return "\n".join([library_versions(), *libraries])
