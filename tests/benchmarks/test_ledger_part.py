"""The ledger's benchmark at a tiny size: every flag is resolved, and most in several ways."""

from pathlib import Path

from benchmarks.ledger_child import Size, ledger_in_this_process
from benchmarks.ledger_part import LEDGER, ledger_part
from features.progress import quietly


def test_a_made_district_has_flags_of_every_week_and_its_figures_have_limits(tmp_path: Path) -> None:
    size = Size(students=600, years=2)
    part = ledger_part(tmp_path, size, ledger_in_this_process, runs=1, progress=quietly)
    assert part.facts["lists"] == 72
    assert part.facts["students and years"] == 1200
    assert 0.1 < int(part.facts["flags"]) / (72 * 600) < 0.2
    assert all(part.figure(LEDGER, unit).ratio for unit in ("s", "MiB peak"))
    counts = ledger_in_this_process(tmp_path, size).counts
    assert min(counts[name] for name in ("came_true", "did_not", "supported_first", "moved_away")) > 0
