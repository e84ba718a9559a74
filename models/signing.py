"""Ed25519 keys of an installation: what a bundle is signed with, and what a server checks it by."""

import os
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from features.settings import Refused

PRIVATE = "signing.key"
PUBLIC = "signing.pub"


class KeysRefused(Refused):
    """Keys that are absent, unreadable or of another installation. Exit code 5."""

    exit_code = 5


@dataclass(frozen=True)
class KeyPair:
    """The private key that signs and the public key that checks."""

    private_key: Ed25519PrivateKey
    public_key: Ed25519PublicKey

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
        place(folder / PUBLIC, keys.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    if load_public_key(folder) != keys.public_key:
        raise KeysRefused(f"{folder / PUBLIC}: not the public half of {PRIVATE}; restore both from the same back-up")
    return keys


def load_public_key(folder: Path) -> Ed25519PublicKey:
    """The folder's public key; KeysRefused where it is absent or not an Ed25519 key."""
    path = folder / PUBLIC
    try:
        key = load_pem_public_key(path.read_bytes())
    except FileNotFoundError:
        raise KeysRefused(f"{path}: no such file; copy it from the place that trains, or train here once") from None
    except (ValueError, UnsupportedAlgorithm, OSError):
        raise KeysRefused(f"{path}: not a readable public key in PEM; restore it from its back-up") from None
    if not isinstance(key, Ed25519PublicKey):
        raise KeysRefused(f"{path}: expected an Ed25519 public key; restore it from its back-up")
    return key


def sign(message: bytes, keys: KeyPair) -> bytes:
    """The 64-byte signature of a message; the same message gives the same signature."""
    return keys.private_key.sign(message)


def verify(message: bytes, signature: bytes, public_key: Ed25519PublicKey) -> None:
    """Nothing where the key's holder signed exactly this message; KeysRefused otherwise."""
    try:
        public_key.verify(signature, message)
    except InvalidSignature:
        raise KeysRefused(
            "the signature is not of this content by this key; it was changed after signing, or signed by another "
            f"installation: compare {PUBLIC} with the place that made it, or train again"
        ) from None


def read_private_key(path: Path) -> KeyPair:
    """The pair of a private key file that its owner alone can read."""
    if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeysRefused(f"{path}: others can read it; make new keys if they may have, then `chmod 600` it")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm, OSError):
        raise KeysRefused(f"{path}: not a readable private key in PEM; restore it from its back-up") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeysRefused(f"{path}: expected an Ed25519 private key; restore it from its back-up")
    return KeyPair(key, key.public_key())


def create_private_key(path: Path) -> None:
    """A new private key at the path; one that another process put there meanwhile is kept."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    place(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def place(path: Path, content: bytes) -> None:
    """The content at the path, whole or not at all; a file that is already there stays."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # readable by its owner alone
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o600 if path.name == PRIVATE else 0o644)
        os.link(temporary, path)  # unlike a rename, a link does not replace a key made meanwhile
    except FileExistsError:
        return
    finally:
        os.unlink(temporary)
