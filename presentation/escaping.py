"""Words as HTML: escaped where they have a character that means something there."""

import re

from markupsafe import escape

SPECIAL = re.compile("[&<>\"']")
"""What `escape` writes in another way; most names and sentences have none of them."""


def escaped(words: object) -> str:
    """The words as they may stand in HTML, between tags and in quotes; those that are HTML already stay as they are."""
    return words if type(words) is str and not SPECIAL.search(words) else str(escape(words))
