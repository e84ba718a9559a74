"""Seals secrets that the service must read again: with a key beside the database, never within it."""

import base64
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from features.atomic_files import file_lock, replace_through
from features.errors import Refused

VARIABLE = "ONTRACK_SECRETS_KEY"
"""The environment variable that names the key, where several machines share a database; else it is a file."""
MARK = "sealed:"
NONCE, BYTES = 12, 32


class SecretsKeyRefused(Refused):
    """A key of sealed secrets that cannot be used. Exit code 5."""

    exit_code = 5


class SealedSecrets:
    """Seals texts for one purpose each: what was sealed for another is not opened."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "secrets.key"
        self.known = b""

    def seal(self, text: str, purpose: str) -> str:
        """A text as only the key opens it."""
        nonce = secrets.token_bytes(NONCE)
        sealed = AESGCM(self.key()).encrypt(nonce, text.encode(), purpose.encode())
        return MARK + base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, purpose: str) -> str | None:
        """What was sealed; None where it is not ours, was changed, or is of another purpose or key."""
        if not sealed.startswith(MARK):
            return None
        try:
            content = base64.urlsafe_b64decode(sealed.removeprefix(MARK))
            return AESGCM(self.key()).decrypt(content[:NONCE], content[NONCE:], purpose.encode()).decode()
        except (InvalidTag, ValueError):
            return None

    def key(self) -> bytes:
        """The key; made where there is none yet."""
        if not self.known:
            self.known = named_key(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else self.kept_key()
        return self.known

    def kept_key(self) -> bytes:
        """The key of the file, which only its owner can read."""
        if not self.file.exists():
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with file_lock(self.file.with_suffix(".lock")):
                if not self.file.exists():
                    replace_through(self.file, secrets.token_bytes(BYTES))
                    self.file.chmod(0o600)
        return self.file.read_bytes()


def named_key(text: str) -> bytes:
    """The key that the environment names; SecretsKeyRefused where it is not one."""
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != BYTES:
        raise SecretsKeyRefused(f"{VARIABLE}: expected {BYTES} bytes in base64, as `openssl rand -base64 32` prints")
    return key
