"""Keys of an installation, and signatures in the format of OpenSSF model signing: with a key, offline.

Anyone who has the public key can check a bundle without OnTrack:
`model_signing verify key BUNDLE --signature BUNDLE/model.sig --public_key keys/signing.pub`.
"""

import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from features.errors import Refused

PRIVATE = "signing.key"
PUBLIC = "signing.pub"
ONLINE_SIGNING = "model_signing._signing.sign_sigstore"
CONTENT, KEY, SIGNED = "bundle", "key.pem", "signature"
EXPECTED_KEY = "key on the curve P-256 (early versions of OnTrack made others)"


class KeysRefused(Refused):
    """Keys that are absent, unreadable or of another installation. Exit code 5."""

    exit_code = 5


@dataclass(frozen=True)
class KeyPair:
    """The private key that signs and the public key that checks."""

    private_key: EllipticCurvePrivateKey
    public_key: EllipticCurvePublicKey

    def __repr__(self) -> str:
        return "KeyPair(…)"


def ensure_keys(folder: Path) -> KeyPair:
    """The folder's key pair, made on first use; KeysRefused where what is there cannot be used."""
    private = folder / PRIVATE
    if not private.exists():
        if (folder / PUBLIC).exists():
            raise KeysRefused(
                f"{private}: missing, while {PUBLIC} is there; this place can check bundles but not sign them. "
                f"Restore {PRIVATE} from its back-up, or remove {PUBLIC} to begin with new keys"
            )
        create_private_key(private)
    keys = read_private_key(private)
    if not (folder / PUBLIC).exists():
        write_once(folder / PUBLIC, keys.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    if load_public_key(folder) != keys.public_key:
        raise KeysRefused(f"{folder / PUBLIC}: not the public half of {PRIVATE}; restore both from the same back-up")
    return keys


def load_public_key(folder: Path) -> EllipticCurvePublicKey:
    """The folder's public key; KeysRefused where it is absent or of another kind."""
    path = folder / PUBLIC
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise KeysRefused(f"{path}: no such file; copy it from the place that trains, or train here once") from None
    except OSError:
        content = b""
    return parse_public_key(content, str(path))


def parse_public_key(content: bytes, path: str) -> EllipticCurvePublicKey:
    """The public key in a file of PEM; KeysRefused, which names its path, where it is none or of another kind."""
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        raise KeysRefused(f"{path}: not a readable public key in PEM; restore it from its back-up") from None
    if not isinstance(key, EllipticCurvePublicKey) or key.curve.name != SECP256R1.name:
        raise KeysRefused(
            f"{path}: expected a public {EXPECTED_KEY}; restore it from its back-up, or train again with new keys"
        )
    return key


def sign(files: Mapping[str, bytes], keys: KeyPair) -> bytes:
    """The signature of these files, all of them, by name and content."""
    with without_online_signing():
        from model_signing.signing import Config  # takes long to import, and few commands sign

    private = keys.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with files_with_key(files, key=private) as desk:
        Config().use_elliptic_key_signer(private_key=desk / KEY).sign(desk / CONTENT, desk / SIGNED)
        return (desk / SIGNED).read_bytes()


def verify(files: Mapping[str, bytes], signature: bytes, public_key: EllipticCurvePublicKey) -> None:
    """Nothing where the key's holder signed exactly these files; KeysRefused says which is not as it was.

    The files are laid out again from memory, so that what was checked is what is read afterwards.
    """
    with without_online_signing():
        from model_signing.verifying import Config

    public = public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with files_with_key(files, key=public) as desk:
        (desk / SIGNED).write_bytes(signature)
        try:
            Config().use_elliptic_key_verifier(public_key=desk / KEY).verify(desk / CONTENT, desk / SIGNED)
        except (ValueError, TypeError, KeyError, AttributeError, LookupError, InvalidSignature) as error:
            raise KeysRefused(describe_mismatch(error)) from None


def describe_mismatch(error: Exception) -> str:
    """Why a signature does not hold, and what to do."""
    _, mismatch, differs = str(error).partition("Signature mismatch: ")
    if mismatch:
        return f"changed after signing: {differs.strip('[]')}; copy the bundle again from where it was made"
    return (
        "the signature is not one of this installation's key; it was changed after signing, or signed by another "
        f"installation: compare {PUBLIC} with the place that made it, or train again"
    )


@contextmanager
def without_online_signing() -> Iterator[None]:
    """A time in which the signing library is imported without its client of an online service, which imports longest.

    Keys alone sign here. Where the library has its client elsewhere one day, that is imported too.
    """
    if "model_signing" in sys.modules:
        yield
        return
    sys.modules[ONLINE_SIGNING] = ModuleType(ONLINE_SIGNING)
    try:
        yield
    finally:
        sys.modules.pop(ONLINE_SIGNING, None)


@contextmanager
def files_with_key(files: Mapping[str, bytes], *, key: bytes) -> Iterator[Path]:
    """A folder of our own, gone afterwards, with the files and a key as the signing library reads them."""
    with tempfile.TemporaryDirectory(prefix="ontrack-") as folder:
        desk = Path(folder)
        (desk / CONTENT).mkdir()
        for name, content in files.items():
            (desk / CONTENT / name).write_bytes(content)
        (desk / KEY).write_bytes(key)
        yield desk


def read_private_key(path: Path) -> KeyPair:
    """The pair of a private key file that its owner alone can read."""
    if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeysRefused(f"{path}: others can read it; make new keys if they may have, then `chmod 600` it")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm, OSError):
        raise KeysRefused(f"{path}: not a readable private key in PEM; restore it from its back-up") from None
    if not isinstance(key, EllipticCurvePrivateKey) or key.curve.name != SECP256R1.name:
        raise KeysRefused(
            f"{path}: expected a private {EXPECTED_KEY}; restore it from its back-up, "
            "or move it away to begin with new keys"
        )
    return KeyPair(key, key.public_key())


def create_private_key(path: Path) -> None:
    """A new private key at the path; one that another process put there meanwhile is kept."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = generate_private_key(SECP256R1())
    write_once(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def write_once(path: Path, content: bytes) -> None:
    """The content at the path, whole or not at all; a file that is already there stays."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # readable by its owner alone
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)  # unlike a rename, a link does not replace a key made meanwhile
    except FileExistsError:
        return
    finally:
        os.unlink(temporary)
