"""The files that the page of a collaborative shows: those that members signed, of the latest year of an outcome."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from features.collaborative_settings import Member
from features.errors import SettingsRefused
from features.settings import Settings
from models.collaborative.files import public_key_in
from models.collaborative.shared_figures import SharedFigures
from models.collaborative.shared_file import SharedFileRefused, read_shared


@dataclass(frozen=True)
class ReceivedFiles:
    """The figures of every file that can be taken, and how many files cannot."""

    figures: tuple[SharedFigures, ...]
    refused: int = 0

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that files are about."""
        return tuple(sorted({one.outcome for one in self.figures}))

    def latest(self, outcome: str) -> "ReceivedFiles":
        """The files of an outcome's latest year, by district, that can stand beside each other.

        As the report has it: one of each district, and one definition, which is that of most of them.
        """
        about = [one for one in self.figures if one.outcome == outcome]
        newest = [one for one in about if one.school_year == max(other.school_year for other in about)]
        kept = [one for one in alike_defined(newest) if sum(one.district_id == x.district_id for x in newest) == 1]
        return ReceivedFiles(tuple(sorted(kept, key=lambda one: one.district_id)), len(newest) - len(kept))


def alike_defined(files: Sequence[SharedFigures]) -> list[SharedFigures]:
    """Those of the definition that most of them have."""
    if not files:
        return []
    usual, _ = Counter(one.definition for one in files).most_common(1)[0]
    return [one for one in files if one.definition == usual]


def received_files(settings: Settings) -> ReceivedFiles:
    """What members' files in the folder of the settings say."""
    found = list(taken_files(settings, sorted(settings.shared_files.glob("*.shared.json"))))
    taken = tuple(one for one in found if one is not None)
    return ReceivedFiles(taken, len(found) - len(taken))


def readable_keys(members: Sequence[Member]) -> Iterator[tuple[str, EllipticCurvePublicKey]]:
    """Each member's public key that can be read; files of the others are refused, and the page goes on without."""
    for one in members:
        try:
            yield one.id, public_key_in(one.key, one.id)
        except SettingsRefused:
            continue


def taken_files(settings: Settings, paths: Sequence[Path]) -> Iterator[SharedFigures | None]:
    """The figures of each file; None for one that is refused, of which the report says why."""
    keys = dict(readable_keys(settings.collaborative.members))
    for path in paths:
        try:
            yield read_shared(path, keys, settings.audit.smallest_group)
        except SharedFileRefused:
            yield None
