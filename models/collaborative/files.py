"""The files of a collaborative, verified: one district once, of one outcome, definition and school year."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from features.errors import SettingsRefused
from features.settings import Settings
from models.collaborative.shared_figures import SharedFigures
from models.collaborative.shared_file import SharedFileRefused, read_shared


def member_keys(settings: Settings) -> dict[str, EllipticCurvePublicKey]:
    """The public key of every member by its id; SettingsRefused for one that cannot be read."""
    return {one.id: public_key_in(one.key, one.id) for one in settings.collaborative.members}


def public_key_in(path: Path, district_id: str) -> EllipticCurvePublicKey:
    """The public key in a file; SettingsRefused where there is none."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError):
        key = None
    if not isinstance(key, EllipticCurvePublicKey):
        raise SettingsRefused(
            f"collaborative.members: the key of '{district_id}', {path}, is no public key that `ontrack share` makes; "
            "ask the district for its signing.pub"
        )
    return key


def read_files(settings: Settings, paths: Sequence[Path]) -> tuple[SharedFigures, ...]:
    """The figures of every file, by district; SharedFileRefused for one that cannot stand beside the others."""
    keys = member_keys(settings)
    found = [read_shared(path, keys, settings.audit.smallest_group) for path in paths]
    twice = [name for name, times in Counter(one.district_id for one in found).items() if times > 1]
    if twice:
        where = [str(path) for path, one in zip(paths, found, strict=True) if one.district_id == twice[0]]
        raise SharedFileRefused(
            f"{where[1]}: a second file of '{twice[0]}', beside {where[0]}; a report takes one of each district, as "
            "two of one year differ by single students: leave one out"
        )
    refuse_other(paths, found)
    return tuple(sorted(found, key=lambda one: one.district_id))


def refuse_other(paths: Sequence[Path], found: Sequence[SharedFigures]) -> None:
    """Raise SharedFileRefused where files are about different outcomes, definitions or school years."""
    for what in ("outcome", "definition", "school_year"):
        usual, _ = Counter(getattr(one, what) for one in found).most_common(1)[0]
        for path, one in zip(paths, found, strict=True):
            if getattr(one, what) != usual:
                raise SharedFileRefused(
                    f"{path}: its {what.replace('_', ' ')} is {getattr(one, what)}, that of most files {usual}; "
                    "figures of both cannot be compared: leave it out"
                )
