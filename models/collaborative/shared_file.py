"""The signed file in which a district shares its figures: one line of canonical JSON, signed with the district's key.

A file has one form only. It is read, written again and compared: a byte that differs is refused, wherever it is.
"""

import base64
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import TypeAdapter, ValidationError

from features.atomic_files import replace_through
from features.errors import Refused
from models.bundle.canonical_json import canonical_json
from models.bundle.signing import KeyPair
from models.collaborative.shared_figures import FORMAT, SharedFigures
from models.collaborative.suppression import small_numbers

MOST_BYTES = 4 << 20
FIGURES = TypeAdapter(SharedFigures)


class SharedFileRefused(Refused):
    """A shared file that is not what a member of the collaborative signed, or tells too much. Exit code 3."""


def fingerprint(key: EllipticCurvePublicKey) -> str:
    """What two people compare of a public key: 16 hexadecimal digits of its digest."""
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()[:16]


def file_name(figures: SharedFigures) -> str:
    """What the file of these figures is called."""
    return f"{figures.district_id}-{figures.outcome}-{figures.school_year}.shared.json"


def signed_content(figures: SharedFigures, keys: KeyPair) -> bytes:
    """The file's content, signed."""
    told = told_json(figures)
    signature = keys.private_key.sign(canonical_json(told), ECDSA(SHA256()))
    signed = {"key": fingerprint(keys.public_key), "signature": base64.b64encode(signature).decode()}
    return canonical_json({"figures": told, **signed})


def told_json(figures: SharedFigures) -> dict[str, object]:
    """The figures as JSON values."""
    return TypeAdapter(dict[str, object]).validate_json(FIGURES.dump_json(figures))


def write_shared(path: Path, figures: SharedFigures, keys: KeyPair) -> None:
    """Writes the file; SharedFileRefused where the figures tell of too few students, which would be a fault here."""
    if found := small_numbers(figures, figures.least):
        raise SharedFileRefused(f"{path.name}: {found[0]} tells of fewer than {figures.least} students; not written")
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_through(path, signed_content(figures, keys))


def read_shared(path: Path, members: Mapping[str, EllipticCurvePublicKey], least: int) -> SharedFigures:
    """The figures of a file that a member signed; SharedFileRefused says which is not, and what to do."""
    content = content_of(path)
    figures, key, signature = parsed(path, content)
    if figures.district_id not in members:
        raise SharedFileRefused(
            f"{path}: from '{figures.district_id}', which is no member in ontrack.toml; members are "
            f"{', '.join(sorted(members)) or 'none'}: add it with its key, or leave the file out"
        )
    check_signature(path, figures, key=key, signature=signature, public_key=members[figures.district_id])
    if figures.least < least or (found := small_numbers(figures, least)):
        what = f"made with a smallest group of {figures.least}" if figures.least < least else f"{found[0]} tells more"
        raise SharedFileRefused(
            f"{path}: {what}; the collaborative's is {least}: the district sets `audit.smallest_group` and shares again"
        )
    return figures


def content_of(path: Path) -> bytes:
    """What is in a file; SharedFileRefused where it cannot be one."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SharedFileRefused(f"{path}: larger than {MOST_BYTES} bytes; expected what `ontrack share` writes")
        return path.read_bytes()
    except OSError:
        raise SharedFileRefused(f"{path}: cannot be read; expected a file that `ontrack share` wrote") from None


def parsed(path: Path, content: bytes) -> tuple[SharedFigures, str, bytes]:
    """The figures, the fingerprint of the key and the signature; SharedFileRefused where the file has another form."""
    try:
        envelope = TypeAdapter(dict[str, object]).validate_json(content)
        told, key, signature = envelope["figures"], str(envelope["key"]), str(envelope["signature"])
        if isinstance(told, dict) and told.get("format") != FORMAT:
            raise SharedFileRefused(f"{path}: format {told.get('format')!r}; this version reads {FORMAT}")
        figures = FIGURES.validate_json(json.dumps(told))
        again = canonical_json({"figures": told_json(figures), "key": key, "signature": signature})
        if again != content:
            raise ValueError(path)
        return figures, key, base64.b64decode(signature, validate=True)
    except (KeyError, TypeError, ValueError, ValidationError):
        raise SharedFileRefused(f"{path}: changed after it was signed; ask the district for the file again") from None


def check_signature(
    path: Path, figures: SharedFigures, *, key: str, signature: bytes, public_key: EllipticCurvePublicKey
) -> None:
    """Raise SharedFileRefused unless the district's key signed exactly these figures."""
    known = fingerprint(public_key)
    if key != known:
        raise SharedFileRefused(
            f"{path}: signed with key {key}; the key of {figures.district_id} in ontrack.toml is {known}: compare both "
            "with the district by telephone"
        )
    try:
        public_key.verify(signature, canonical_json(told_json(figures)), ECDSA(SHA256()))
    except InvalidSignature:
        raise SharedFileRefused(f"{path}: changed after it was signed; ask the district for the file again") from None
