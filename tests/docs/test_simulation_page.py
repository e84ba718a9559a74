"""The page of the simulation is taken as it stands only while it is what was measured with the present simulator."""

from pathlib import Path

import pytest

from docs import reference_simulation
from docs.reference_simulation import measured_page, simulation_page
from features.simulator.gradients import ABSENCES
from features.simulator.marginals import Marginal, Marginals
from features.simulator.repeated_marginals import SEEDS, SIZES

RUN = "simulated_marginals"


def run(students: int, seed: int, *, marks_last: bool = False, **_: int) -> Marginals:
    """A simulation that takes no time, off where marks last."""
    share = 0.80 + seed / 1000 + marks_last / 10
    figure = Marginal("graduated", share, (0.70, 0.82), f"of {students}")
    return Marginals((figure,), {ABSENCES: share}, 0.6 + seed / 1000)


def another_run(students: int, seed: int, *, marks_last: bool = False, **_: int) -> Marginals:
    """That of another simulator."""
    return run(students, seed + 20, marks_last=marks_last)


def others_last(students: int, seed: int, *, marks_last: bool = False, **_: int) -> Marginals:
    """That of a simulator which is another where marks last."""
    return run(students, seed + 20 * marks_last, marks_last=marks_last)


def page() -> str:
    """The page of simulations that take no time."""
    return measured_page(runs(), runs(marks_last=True))


def runs(*, marks_last: bool = False, **_: int) -> dict[int, tuple[Marginals, ...]]:
    """The simulations of a page."""
    return {size: tuple(run(size, seed, marks_last=marks_last) for seed in SEEDS) for size in SIZES}


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

    def counted(students: int, seed: int, *, marks_last: bool = False, **_: int) -> Marginals:
        asked.append(students)
        return run(students, seed, marks_last=marks_last)

    monkeypatch.setattr(reference_simulation, RUN, counted)
    assert simulation_page() == written.read_text(encoding="utf-8")
    assert asked == [reference_simulation.SMALL] * 2


def test_a_page_with_another_figure_is_measured_anew(written: Path) -> None:
    right = written.read_text(encoding="utf-8")
    written.write_text(right.replace("82%", "87%", 1), encoding="utf-8")
    assert simulation_page() == right


def test_where_lasting_marks_have_changed_the_page_is_measured_anew(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference_simulation, RUN, others_last)
    assert simulation_page() != written.read_text(encoding="utf-8")


def test_the_page_says_what_comes_near_and_what_is_lost_where_marks_last(written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    assert "1 of 1 figures are off where marks last, and 0 of 1 figures are off in the usual districts." in text
    assert "Near then and off otherwise: none. Off then and near otherwise: graduated." in text


def test_where_marks_last_three_of_the_six_that_are_off_come_near_and_nothing_is_lost() -> None:
    """What the page says that was measured with the present simulator; its stamp is looked at elsewhere."""
    text = reference_simulation.PAGE.read_text(encoding="utf-8")
    assert "3 of 13 figures are off where marks last, and 6 of 13 figures are off in the usual districts." in text
    assert "Off then and near otherwise: none." in text


def test_with_another_simulator_the_page_is_measured_anew(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference_simulation, RUN, another_run)
    assert "correlate by 0.62 (0.61 to 0.64)" in written.read_text(encoding="utf-8")
    assert "correlate by 0.62 (0.61 to 0.64)" not in simulation_page()


def test_the_page_says_the_range_and_how_often_a_figure_is_near(written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    assert "| graduated | 82% (81% to 84%) | 82% (81% to 84%) | of 6000 | near (near in 6 of 10) |" in text
    assert "| days missed in the fall of grade 9 | 80.7% to 84.3% | 10 of 10 |" in text
