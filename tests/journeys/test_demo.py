"""The demo at a small size, as `make demo` runs it."""

from pathlib import Path

from tests.journeys.conftest import Installation


def test_the_demo_goes_from_nothing_to_scores_and_reuses_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "ontrack.toml").write_text(DEMO, encoding="utf-8")
    installation = Installation(tmp_path)
    first = installation.said("demo", "--no-serve", "--students", "400")
    second = installation.said("demo", "--no-serve", "--students", "400")
    assert "simulating" in first
    assert "promoting the rule" in first
    assert "scoring as of 2026-11-20" in first
    assert not [word for word in ("simulating", "fitting", "promoting", "scoring") if word in second]


DEMO = """
home = "home"
today = 2026-11-20

[[districts]]
id = "harbor"
name = "Harbor Unified"

[[districts]]
id = "mesa"
name = "Mesa Valley"
"""
