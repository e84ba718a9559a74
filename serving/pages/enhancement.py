"""htmx as an enhancement of two pages: scripts that set-up puts beside the pages, served by their digest, or none.

Every page works without them. A script that is not the pinned one is not served.
"""

import hashlib
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from serving.web.middleware import HEADERS

FOLDER = Path(__file__).parent / "static" / "installed"
ADDRESS = "/static/installed/"
PINNED: Mapping[str, str] = {
    "htmx.min.js": "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn",
    "hx-csp.min.js": "sha384-l1UlMMjlxqJ9heYFHycJZCe5JK5ercIbf4mufiyK4B5B/8Hk3xk05wPOiWNv2OUX",
}
"""The scripts of htmx.org 4.0.1 in the order in which they run, as `scripts/htmx` installs them."""
CONFIG = '{"extensions": "hx-csp", "includeIndicatorCSS": false, "history": "reload"}'


@dataclass(frozen=True)
class Enhancement:
    """The scripts of one page: addresses with digests, htmx's configuration, and the nonce that lets them run."""

    scripts: tuple[tuple[str, str], ...]
    config: str
    nonce: str

    @property
    def policy(self) -> str:
        """The page's content security policy: as everywhere, and these scripts, which may ask this site alone."""
        own = (
            f"script-src 'nonce-{self.nonce}'", "connect-src 'self'", "trusted-types htmx",
            "require-trusted-types-for 'script'",
        )  # fmt: skip
        return "; ".join((HEADERS["Content-Security-Policy"], *own))


def enhancement() -> Enhancement | None:
    """The scripts of a page, with a nonce of its own; None where they are not installed."""
    scripts = installed_scripts(FOLDER)
    return Enhancement(scripts, CONFIG, secrets.token_urlsafe(16)) if scripts else None


@cache
def installed_scripts(folder: Path) -> tuple[tuple[str, str], ...]:
    """The pinned scripts in a folder, each with its digest; none where one is missing or is another one."""
    if not all(is_pinned(folder / name, digest) for name, digest in PINNED.items()):
        return ()
    return tuple((f"{ADDRESS}{name}", digest) for name, digest in PINNED.items())


def is_pinned(path: Path, digest: str) -> bool:
    """Whether a file is there and has this digest."""
    if not path.is_file():
        return False
    return digest == f"sha384-{b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()}"
