"""The stylesheets: every color is a token, readable on every ground in light, dark and print; nothing is loaded."""

import re
from itertools import pairwise

import pytest

from presentation.stylesheets import STYLE, stylesheet

TEXT = ("ink", "soft", "accent", "warm", "few", "some", "many", "model", "rule", "logistic", "school-only", "champion")
GROUNDS = ("paper", "card", "wash")
SCHEMES = ("light", "dark", "print")


def tokens() -> dict[str, dict[str, str]]:
    """The colors by role, of each scheme."""
    blocks = re.split(r"@media [^{]+", (STYLE / "tokens.css").read_text(encoding="utf-8"))
    light, dark, _, printed = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", one)) for one in blocks)
    return dict(zip(SCHEMES, (light, dark, printed), strict=True))


def luminance(code: str) -> float:
    """The relative luminance of a color, as WCAG defines it."""
    channels = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colors, from 1 to 21."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_color_of_text_is_readable_on_every_ground(scheme: str, ground: str) -> None:
    colors = tokens()[scheme]
    low = {role: round(contrast(colors[role], colors[ground]), 2) for role in TEXT}
    assert {role: found for role, found in low.items() if found < 4.5} == {}


def test_every_scheme_has_every_role() -> None:
    found = tokens()
    assert [set(one) ^ set(other) for one, other in pairwise(found.values())] == [set(), set()]


@pytest.mark.parametrize("layer", ["page", "report"])
def test_nothing_is_loaded_and_every_token_that_is_used_exists(layer: str) -> None:
    css = stylesheet(layer)
    assert not re.search(r"url\(|@import|https?:", css)
    assert set(re.findall(r"var\(--([a-z-]+)\)", css)) <= set(re.findall(r"--([a-z-]+):", css))


@pytest.mark.parametrize("name", ["base.css", "charts.css", "report.css"])
def test_a_layer_names_roles_and_no_colors(name: str) -> None:
    assert re.findall(r"#[0-9a-f]{3,8}\b|rgb\(", (STYLE / name).read_text(encoding="utf-8")) == []
