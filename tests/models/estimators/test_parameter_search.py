"""A search stays within its budget, goes on where it was stopped, and never makes the defaults worse."""

from pathlib import Path

from models.estimators.fitting import SMALL_AND_REGULARISED
from models.estimators.parameter_search import RANGES, SearchBudget, SearchResult, open_study, search_parameters
from tests.models.row_examples import made_examples

TRIALS = 5


def searched(folder: Path, trials: int, said: list[str] | None = None) -> SearchResult:
    budget = SearchBudget(trials, folder / "search.log", "harbor")
    return search_parameters(
        made_examples(400), budget, seed=3, threads=1, progress=(said if said is not None else []).append
    )


def test_a_search_says_each_trial_and_ends_with_its_budget(tmp_path: Path) -> None:
    said: list[str] = []
    found = searched(tmp_path, TRIALS, said)
    assert found.trials == len(said) == TRIALS
    assert said[-1].startswith("search: trial 5 of 5, least loss so far")
    assert found.loss <= found.default_loss


def test_the_first_trial_is_the_defaults(tmp_path: Path) -> None:
    found = searched(tmp_path, 1)
    assert (found.parameters, found.loss) == ({}, found.default_loss)
    first = open_study(SearchBudget(1, tmp_path / "search.log", "harbor")).trials[0].params
    assert first == {name: SMALL_AND_REGULARISED[name] for name in RANGES}


def test_a_search_that_was_stopped_ends_like_one_that_was_not(tmp_path: Path) -> None:
    whole = searched(tmp_path / "whole", TRIALS)
    searched(tmp_path / "stopped", 2)
    said: list[str] = []
    assert searched(tmp_path / "stopped", TRIALS, said) == whole
    assert len(said) == TRIALS - 2
