"""The page of the simulation is taken as it stands only while it is what was measured with the present simulator."""

from pathlib import Path

import pytest

from docs import reference_simulation
from docs.reference_simulation import measured_page, simulation_page
from features.simulator.gradients import ABSENCES
from features.simulator.marginals import Marginal, Marginals
from features.simulator.repeated_marginals import SEEDS, SIZES

RUN = "simulated_marginals"


def run(students: int, seed: int) -> Marginals:
    """A simulation that takes no time."""
    share = 0.80 + seed / 1000
    figure = Marginal("graduated", share, (0.70, 0.82), f"of {students}")
    return Marginals((figure,), {ABSENCES: share}, 0.6 + seed / 1000)


def another_run(students: int, seed: int) -> Marginals:
    """That of another simulator."""
    return run(students, seed + 20)


def page() -> str:
    """The page of simulations that take no time."""
    return measured_page({size: tuple(run(size, seed) for seed in SEEDS) for size in SIZES})


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where such a page stands."""
    monkeypatch.setattr(reference_simulation, RUN, run)
    path = tmp_path / "simulation.md"
    monkeypatch.setattr(reference_simulation, "PAGE", path)
    path.write_text(page(), encoding="utf-8")
    return path


def test_a_page_is_taken_as_it_stands_while_the_simulator_is_the_same(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(students: int, seed: int) -> Marginals:
        asked.append(students)
        return run(students, seed)

    monkeypatch.setattr(reference_simulation, RUN, counted)
    assert simulation_page() == written.read_text(encoding="utf-8")
    assert asked == [reference_simulation.SMALL]


def test_a_page_with_another_figure_is_measured_anew(written: Path) -> None:
    right = written.read_text(encoding="utf-8")
    written.write_text(right.replace("82%", "87%", 1), encoding="utf-8")
    assert simulation_page() == right


def test_with_another_simulator_the_page_is_measured_anew(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference_simulation, RUN, another_run)
    assert "correlate by 0.62 (0.61 to 0.64)" in written.read_text(encoding="utf-8")
    assert "correlate by 0.62 (0.61 to 0.64)" not in simulation_page()


def test_the_page_says_the_range_and_how_often_a_figure_is_near(written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    assert "| graduated | 82% (81% to 84%) | 82% (81% to 84%) | of 6000 | near (near in 6 of 10) |" in text
    assert "| days missed in the fall of grade 9 | 80.7% to 84.3% | 10 of 10 |" in text
