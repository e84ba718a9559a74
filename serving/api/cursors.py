"""Cursors of pages: opaque to programs, and good for the question that they were given for."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256

from serving.web.nul_characters import NUL
from serving.web.problems import RecordsRefused, parameter_mistake


def cursor_of(asked: Mapping[str, object], after: Sequence[str]) -> str:
    """The cursor of the page that begins after this place, in the answer to what was asked."""
    return urlsafe_b64encode(json.dumps([digest_of(asked), *after]).encode()).decode().rstrip("=")


def place_of(cursor: str, asked: Mapping[str, object], parts: int) -> tuple[str, ...]:
    """The place of a cursor; RecordsRefused for one that was not given for what is asked now."""
    try:
        digest, *after = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError):
        digest, after = "", []
    if (
        digest != digest_of(asked)
        or len(after) != parts
        or not all(isinstance(one, str) and NUL not in one for one in after)
    ):
        expected = "expected a cursor as a page of the same question gave it"
        raise RecordsRefused([parameter_mistake("cursor", expected)])
    return tuple(after)


def digest_of(asked: Mapping[str, object]) -> str:
    """A short digest of what was asked."""
    return sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()[:16]
