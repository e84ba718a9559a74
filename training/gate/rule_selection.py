"""Rule selection: the published rules that a model has to beat, chosen on years before any judged one.

Which of several rules is the best can be said no more surely than the earlier years allow. The one that found most
there may be the luckier of two, so every rule that was not shown to find less stays in, and a model has to beat each.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.examples import Booleans, Examples, Floats
from models.metrics.paired_comparison import PairedYear, RecallLead, recall_lead
from models.metrics.ranking import list_length, true_positives
from training.evaluation.evaluation import counts_of
from training.evaluation.scorers import words_of


@dataclass(frozen=True)
class Bootstrap:
    """The settings of the bootstrap, and the capacity."""

    capacity: float
    replicates: int
    seed: int

    def lead(self, years: Sequence[PairedYear], *, own_count: bool = False) -> RecallLead:
        """The lead at the capacity, or at the other scorer's own count."""
        capacity = None if own_count else self.capacity
        return recall_lead(years, capacity=capacity, replicates=self.replicates, seed=self.seed)


@dataclass(frozen=True)
class RuleSelection:
    """The rules that a model has to beat, the best on earlier years first, of all the `rules` that fit the cohort.

    `recall` is what the best found of those off track in those `years`. Without years there was nothing to choose by,
    and the feature set's own is the only one.
    """

    scorers: tuple[str, ...]
    rules: int = 1
    years: tuple[int, ...] = ()
    recall: float = float("nan")

    @property
    def says(self) -> str:
        """Why these rules were selected, in a sentence."""
        if self.rules == 1:
            return "It is the only published rule that fits."
        if not self.years:
            return "It is the feature set's own: there is no earlier year to choose by."
        which = f"in the school years ending {', '.join(map(str, self.years))}, before the first judged one"
        most = f"({self.recall * 100:.0f} of 100)"
        if len(self.scorers) == 1:
            return f"Of {self.rules} published rules it found most {most} {which}."
        return (
            f"Of {self.rules} published rules, {len(self.scorers)} were as good as the best {most}, or not shown to be "
            f"worse, {which}; each has to be beaten, and this one is the hardest to."
        )


def select_rules(test: Examples, before: Examples | None, draws: Bootstrap) -> RuleSelection | None:
    """The rules that were not shown to find less than the best one on the rows of earlier years.

    The first of equals is the best, which is the feature set's own. None where no rule fits. Nothing of the test rows
    is looked at but which rules they have.
    """
    known = list(counts_of(test))
    if not known:
        return None
    if before is None or not before.label.any():
        return RuleSelection(tuple(known[:1]), len(known))
    recalls = {name: recall_of(before, name, draws.capacity) for name in known}
    best = max(recalls, key=lambda name: recalls[name])
    others = [name for name in known if name != best and draws.lead(list(paired_rules(before, best, name))).low <= 0]
    return RuleSelection((best, *others), len(known), tuple(map(int, np.unique(before.time))), recalls[best])


def paired_rules(examples: Examples, rule: str, other: str) -> Iterator[PairedYear]:
    """Two rules side by side in each list."""
    counts = counts_of(examples)
    for rows in examples.lists():
        yield PairedYear(examples.label[rows], examples.student[rows], counts[rule][rows], counts[other][rows])


def recall_of(examples: Examples, rule: str, capacity: float) -> float:
    """The share of those off track whom a rule's lists hold at the capacity; ties by expectation."""
    counts, label = counts_of(examples)[rule], examples.label
    found = [found_in(label[rows], counts[rows], capacity) for rows in examples.lists()]
    return sum(found) / int(label.sum())


def found_in(label: Booleans, counts: Floats, capacity: float) -> float:
    """How many students off track one list of a rule holds."""
    one, served = np.ones((1, len(label))), np.array([list_length(len(label), capacity)])
    return float(true_positives(label, counts, one, served)[0])


@dataclass(frozen=True)
class RuleToBeat:
    """The contender that is the hardest to beat over the judged years."""

    scorer: str
    among: RuleSelection

    @property
    def called(self) -> str:
        """What people call it."""
        return words_of(self.scorer)

    @property
    def says(self) -> str:
        """Why this rule was selected, in a sentence."""
        return self.among.says
