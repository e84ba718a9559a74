"""The keys that access tokens are signed with: files in `home`, a new one beside the old ones when they are changed."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from joserfc.jwk import ECKey

from features.atomic_files import file_lock, replace_through

ALGORITHM = "ES256"
KEPT = timedelta(days=1)
"""How long a key that was replaced still verifies: much longer than any token lasts."""
STAMP = "%Y%m%dT%H%M%S%f"


class TokenKeys:
    """The keys of a folder, oldest first; read again where a key is asked for that is not known yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, ECKey] = {}

    def newest(self, now: datetime) -> ECKey:
        """The key that signs; made where there is none yet."""
        self.read()
        if not self.known:
            with file_lock(self.folder / "lock"):
                self.read()
                if not self.known:
                    self.add(now)
        return self.known[max(self.known)]

    def find(self, key_id: str) -> ECKey | None:
        """The key of this id, which is only ever compared with those that are there; None where it is none of them."""
        if key_id not in self.known:
            self.read()
        return self.known.get(key_id)

    def public(self) -> dict[str, list[dict[str, str]]]:
        """The public parts, for those who verify tokens themselves: a JSON Web Key Set."""
        self.read()
        parts = [{**key.as_dict(private=False), "use": "sig", "alg": ALGORITHM} for key in self.known.values()]
        return {"keys": [{name: str(value) for name, value in part.items()} for part in parts]}

    def replace(self, now: datetime) -> str:
        """Adds a key that signs from now on, removes those replaced a day ago, and returns the new key's id."""
        with file_lock(self.folder / "lock"):
            self.read()
            for old, replaced_by in zip(sorted(self.known), sorted(self.known)[1:], strict=False):
                if moment_of(replaced_by) <= now - KEPT:
                    self.file(old).unlink(missing_ok=True)
            return self.add(now)

    def add(self, now: datetime) -> str:
        """Makes a key; only the owner can read its file."""
        key_id = f"{now.astimezone(UTC).strftime(STAMP)}-{secrets.token_hex(4)}"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        pem = ECKey.generate_key("P-256", {"kid": key_id}).as_pem(private=True)
        replace_through(self.file(key_id), pem)
        self.file(key_id).chmod(0o600)
        self.read()
        return key_id

    def read(self) -> None:
        """Takes up the keys that are in the folder, and leaves those that are gone."""
        there = sorted(path.stem for path in self.folder.glob("*.pem"))
        self.known = {one: self.known.get(one) or self.load(one) for one in there}

    def load(self, key_id: str) -> ECKey:
        """A key from its file."""
        return ECKey.import_key(self.file(key_id).read_bytes(), {"kid": key_id})

    def file(self, key_id: str) -> Path:
        """The file of a key of ours."""
        return self.folder / f"{key_id}.pem"


def moment_of(key_id: str) -> datetime:
    """When a key was made."""
    return datetime.strptime(key_id.partition("-")[0], STAMP).replace(tzinfo=UTC)
