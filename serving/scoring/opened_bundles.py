"""What is told of bundles that were released: read once, and again where a file of theirs is another one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Literal

from models.verdict import GateVerdict

MOST_KEPT = 256
FileIdentity = tuple[str, int, int, int]


@dataclass(frozen=True)
class BundleFacts:
    """Which kind of scorer a bundle holds, and the gate's verdict; neither where its files do not open any more."""

    kind: Literal["model", "rule"] | None = None
    verdict: GateVerdict | None = None


class OpenedBundles:
    """The facts of bundles by their folder, those that were asked for last."""

    def __init__(self) -> None:
        self.kept: dict[tuple[Path, tuple[FileIdentity, ...]], BundleFacts] = {}
        self.lock = Lock()

    def facts(self, folder: Path, read: Callable[[], BundleFacts]) -> BundleFacts:
        """What is told of a bundle; read where it was not yet, or a file was changed, added or removed since."""
        key = folder, identities(folder)
        with self.lock:
            if key in self.kept:
                return self.kept[key]
        found = read()
        with self.lock:
            self.kept[key] = found
            if len(self.kept) > MOST_KEPT:
                del self.kept[next(iter(self.kept))]
        return found


def identities(folder: Path) -> tuple[FileIdentity, ...]:
    """What tells a folder's files from others of the same names."""
    found = sorted(folder.rglob("*")) if folder.exists() else []
    return tuple(
        (str(one.relative_to(folder)), s.st_mtime_ns, s.st_size, s.st_ino) for one in found for s in (one.stat(),)
    )
