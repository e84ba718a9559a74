"""The pictures in the documentation: there, small, shown, and described."""

import re

import pytest

from docs.screenshots import IMAGES, SHOTS
from tests.docs.pages import DOCS, markdown

SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
MOST_BYTES = 300_000
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("name", SHOTS)
def test_each_picture_is_there_small_and_shown_to_counselors(name: str) -> None:
    content = (IMAGES / name).read_bytes()
    assert content.startswith(PNG)
    assert 10_000 < len(content) < MOST_BYTES
    assert f"../images/{name}" in (DOCS / "how-to" / "counselor.md").read_text(encoding="utf-8")


def test_every_picture_is_taken_by_the_command_and_none_is_left_over() -> None:
    assert {path.name for path in IMAGES.iterdir()} == set(SHOTS)


def test_every_picture_says_what_it_shows() -> None:
    found = [alt for page in markdown() for alt, _ in SHOWN.findall(page.read_text(encoding="utf-8"))]
    assert len(found) >= len(SHOTS)
    assert [alt for alt in found if len(alt.split()) < 4] == []
