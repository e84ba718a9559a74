"""The risks of a table's rows from models that did not see them: in folds, in groups, or later in time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.errors import Refused
from features.progress import Progress
from models.estimators.fitting import DEFAULT_PARAMETERS, ParameterValue
from models.estimators.parallel_fits import parallel_map
from models.estimators.parameter_search import SearchBudget, SearchResult, search_parameters
from models.examples import Examples, Floats, fixed_order, folds_by
from training.evaluation.evaluation import CrossEvaluation, Risks, fit_and_evaluate, risks_with_protected
from training.evaluation.scorers import PROTECTED
from training.prepared_table.examples import Prepared, before_and_tested
from training.prepared_table.periods import later
from training.prepared_table.run import TableRequest
from training.prepared_table.spec import Folds, Groups, Time


@dataclass(frozen=True)
class Part:
    """Rows to learn from and the rows they are judged on, which stand at `rows` among all that are judged."""

    name: str
    rows: npt.NDArray[np.int64]
    learn: Examples
    test: Examples
    seed: int


@dataclass(frozen=True)
class HeldOut:
    """The risks of rows that were not learned from.

    `told` is the first seed's risks by trees that were told the protected attributes, None where that says nothing.
    `learned` is what a time split learns from; elsewhere it is every row, each learned from in turn. `name` says which.
    """

    judged: CrossEvaluation
    name: str
    learned: Examples
    told: Floats | None


@dataclass(frozen=True)
class Fitting:
    """How every part of a table is fitted."""

    asked: TableRequest
    threads: int
    progress: Progress

    def found(self, learn: Examples, name: str, seed: int) -> SearchResult | None:
        """What a search within the spec's budget found in these rows; None where none is asked for."""
        trials = self.asked.spec.search_trials
        if not trials:
            return None
        name = f"{self.asked.name}-{name}"
        budget = SearchBudget(trials, self.asked.searches / f"{name}.log", name)
        return search_parameters(learn, budget, seed=seed, threads=self.threads, progress=self.progress)

    def tuned(self, part: Part) -> Mapping[str, ParameterValue]:
        """A part's parameters, searched for in the rows that it learns from and nowhere else."""
        found = self.found(part.learn, part.name, part.seed)
        return DEFAULT_PARAMETERS if found is None else found.parameters

    def risks(self, part: Part) -> Risks:
        """Every scorer's risk of the part's test rows."""
        judged = fit_and_evaluate(part.learn, part.test, seed=part.seed, threads=self.threads, tuned=self.tuned(part))
        return judged.risks

    def told(self, part: Part) -> Risks:
        """The risk of the part's test rows where the trees are told the protected attributes."""
        return {PROTECTED: risks_with_protected(part.learn, part.test, seed=part.seed, threads=self.threads)}

    @property
    def tells(self) -> bool:
        """Whether there are protected attributes that the features do not have already."""
        return bool(self.asked.spec.subgroups) and not self.asked.spec.protected_features


def held_out(prepared: Prepared, fitting: Fitting) -> HeldOut:
    """The risks of rows that were not learned from, as the spec's split says."""
    split = fitting.asked.spec.split
    if isinstance(split, Time):
        return later_rows(prepared, split, fitting)
    return every_row(prepared, split, fitting)


def later_rows(prepared: Prepared, split: Time, fitting: Fitting) -> HeldOut:
    """The risks of the test rows from the rows before the earliest of them."""
    refuse_unseen(prepared, split)
    before, tested = before_and_tested(prepared, split)
    alone = ", as nothing is learned from a student who is judged; split by year" if prepared.split_by_date else ""
    if not before.any():
        raise Refused(
            f"split: no row of column {split.column!r} is before the earliest test value: nothing to learn from{alone}"
        )
    test = later(prepared, split.column, tested)
    part = Part("before", np.arange(len(test)), prepared.examples.take(before), test, fitting.asked.seeds[0])
    judged = CrossEvaluation(test, (fitting.risks(part),))
    return HeldOut(judged, part.name, part.learn, fitting.told(part)[PROTECTED] if fitting.tells else None)


def refuse_unseen(prepared: Prepared, split: Time) -> None:
    """Raise Refused where a test value is in no row."""
    unseen = sorted(set(split.test) - set(prepared.split_by))
    if unseen:
        seen = ", ".join(sorted(set(prepared.split_by))[:10])
        raise Refused(f"split: no row of column {split.column!r} is {', '.join(unseen)}; it holds: {seen}")


def every_row(prepared: Prepared, split: Folds | Groups, fitting: Fitting) -> HeldOut:
    """The risks of all rows, once a seed, each from the rows of the other folds."""
    order = fixed_order(prepared.examples)
    examples, units = prepared.examples.take(order), prepared.split_by[order]
    if (found := len(np.unique(units))) < split.k:
        raise Refused(f"{found} students or groups cannot be dealt into {split.k} folds; ask for fewer folds")
    folds = [one for seed in split.seeds for one in folds_of(units, split.k, seed)]
    again = folds[: split.k] if fitting.tells else []

    def judged(asked: tuple[Callable[[Part], Risks], Fold]) -> tuple[npt.NDArray[np.int64], Risks]:
        fit, fold = asked
        part = fold.part_of(examples)
        risks = fit(part)
        told = ", with the protected attributes" if fit == fitting.told else ""
        fitting.progress(f"seed {fold.seed}, fold {fold.held + 1} of {split.k}{told}: {len(part.rows):,} rows judged")
        return part.rows, risks

    parts = parallel_map(judged, [*((fitting.risks, one) for one in folds), *((fitting.told, one) for one in again)])
    by_seed = [put_together(parts[place : place + split.k]) for place in range(0, len(folds), split.k)]
    told = put_together(parts[len(folds) :])[PROTECTED] if again else None
    return HeldOut(CrossEvaluation(examples, tuple(by_seed)), "all", examples, told)


@dataclass(frozen=True)
class Fold:
    """Rows that are judged by a fit on others: those of `dealt` that are `held`."""

    dealt: npt.NDArray[np.int64]
    held: int
    seed: int

    def part_of(self, examples: Examples) -> Part:
        """The fold with the rows to learn from: no student of the fold stands among them."""
        test = self.dealt == self.held
        learn = ~test & ~np.isin(examples.student, examples.student[test])
        name = f"seed{self.seed}-fold{self.held}"
        return Part(name, np.flatnonzero(test), examples.take(learn), examples.take(test), self.seed)


def folds_of(units: npt.NDArray[np.str_], k: int, seed: int) -> list[Fold]:
    """Folds of whole units."""
    dealt = folds_by(units, k, np.random.default_rng(seed))
    return [Fold(dealt, held, seed) for held in range(k)]


def put_together(found: Sequence[tuple[npt.NDArray[np.int64], Risks]]) -> Risks:
    """What is said of the rows of each part, in the order of all rows."""
    back = np.argsort(np.concatenate([rows for rows, _ in found]))
    return {name: np.concatenate([risks[name] for _, risks in found])[back] for name in found[0][1]}
