"""The demo as `make demo` runs it, with fewer students: what it says, and that it does nothing twice."""

from tests.journeys.conftest import Demo


def test_the_demo_goes_from_nothing_to_scores_and_reuses_what_is_there(demo: Demo) -> None:
    assert "simulating" in demo.first
    assert "promoting the model" in demo.first
    assert "promoting the rule" in demo.first
    assert "scoring as of 2026-11-20" in demo.first
    assert not [word for word in ("simulating", "fitting", "promoting", "scoring") if word in demo.again]
