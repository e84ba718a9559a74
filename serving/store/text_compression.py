"""Texts in a fifth of their letters: JSON that repeats itself, such as records and calendars."""

import zlib
from base64 import b64decode, b64encode

LEAST_PACKED, LEVEL = 300, 3
"""From how many letters on a text is compressed, and how hard."""


def pack(json_list: str) -> str:
    """A JSON list as it is stored: a long one is compressed."""
    return json_list if len(json_list) < LEAST_PACKED else b64encode(zlib.compress(json_list.encode(), LEVEL)).decode()


def unpack(stored: str) -> str:
    """The JSON list that is stored."""
    return stored if stored.startswith("[") else zlib.decompress(b64decode(stored)).decode()
