"""Verdicts on golden predictions, for all homes of a process: each model is asked once, and not in every home anew.

What is copied is the note that a server keeps beside its bundles; that it is asked for, and what it says, is tried in
`tests/models/bundle`.
"""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

NOTES = ".verified"


@cache
def own_folder(prefix: str) -> Path:
    """A folder of this process for what begins so, removed when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@contextmanager
def verdicts_kept(bundles: Path) -> Iterator[None]:
    """A time in which bundles are written or opened there: models that another home asked are not asked again."""
    kept = own_folder("ontrack-verdicts-")
    shutil.copytree(kept, bundles / NOTES, dirs_exist_ok=True)
    yield
    shutil.copytree(bundles / NOTES, kept, dirs_exist_ok=True)
