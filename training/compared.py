"""The comparisons that decide: the recall of lists at the capacity, over all judged years, with the rule named before.

The published rule that a model has to beat is the one that found most on the years before any judged one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from features.settings import Gate
from models.examples import Examples
from models.metrics import found_among, places
from models.paired import Lead, PairedYear, recall_lead
from training.judge import Risks, counts_of, order_of
from training.power import Power, power_of
from training.scorers import words_of

Heard = tuple[Examples, Risks]
"""A year's rows, and what every scorer says of them."""
OTHERS = ("school_only", "champion")


@dataclass(frozen=True)
class ChosenRule:
    """The published rule that the model is compared with: what it found of those off track on the years it is from.

    `rules` is how many fit the cohort. Without years there was none to choose by, and it is the feature set's own.
    """

    scorer: str
    rules: int = 1
    years: tuple[int, ...] = ()
    recall: float = float("nan")

    @property
    def called(self) -> str:
        """What people call it."""
        return words_of(self.scorer)

    @property
    def says(self) -> str:
        """Why it is this rule."""
        if self.rules == 1:
            return "It is the only published rule that fits."
        if not self.years:
            return "It is the feature set's own: there is no earlier year to choose by."
        return (
            f"Of {self.rules} published rules it found most ({self.recall * 100:.0f} of 100) in the school years "
            f"ending {', '.join(map(str, self.years))}, before the first judged one."
        )


@dataclass(frozen=True)
class Compared:
    """By how much more recall the model has at the capacity than each other scorer, over the judged years together.

    `leads` are by scorer, "rule" being the chosen one. `own_count` is the lead over that rule where both list as many
    students as the rule flags (`flagged` of all rows, those with a signal); `last_year` is that of the last year alone.
    """

    years: tuple[int, ...]
    students: int
    off_track: int
    leads: Mapping[str, Lead] = field(default_factory=dict)
    rule: ChosenRule | None = None
    own_count: Lead | None = None
    flagged: float = 0.0
    last_year: Lead | None = None

    @property
    def power(self) -> Power | None:
        """What the comparison with the rule could have shown; None where there is no rule."""
        lead = self.leads.get("rule")
        return None if lead is None else power_of(lead, self.students, len(self.years))

    def as_json(self) -> dict[str, object]:
        """The comparisons as JSON values."""
        leads = {**self.leads, "rule at its own count": self.own_count, "rule in the last year": self.last_year}
        power = self.power
        return {
            "years": list(self.years),
            "students_a_year": self.students,
            "off_track": self.off_track,
            "rule": self.rule.says if self.rule else None,
            "flagged_by_rule": self.flagged,
            "recall": {name: vars(lead) for name, lead in leads.items() if lead},
            "power": vars(power) if power else None,
        }


@dataclass(frozen=True)
class Bootstrap:
    """How intervals are drawn, and the share of each year's rows that is listed."""

    capacity: float
    replicates: int
    seed: int

    def lead(self, years: Sequence[PairedYear], *, own_count: bool = False) -> Lead:
        """The lead at the capacity, or at the other scorer's own count."""
        capacity = None if own_count else self.capacity
        return recall_lead(years, capacity=capacity, replicates=self.replicates, seed=self.seed)


def compare(judged: Mapping[int, Heard], before: Examples | None, bounds: Gate, *, seed: int) -> Compared:
    """The model of each judged year beside the others; `before` are rows of earlier years to choose the rule by.

    A scorer is compared on the years that it has risks of; the model's list and the other's are of the same rows.
    """
    draws = Bootstrap(bounds.capacity, bounds.replicates, seed)
    tests = [test for test, _ in judged.values()]
    pairs = {name: list(paired(judged, name)) for name in OTHERS}
    found = Compared(
        years=tuple(judged),
        students=round(sum(map(len, tests)) / len(tests)),
        off_track=sum(int(test.label.sum()) for test in tests),
        leads={name: draws.lead(years) for name, years in pairs.items() if years},
    )
    rule = choose_rule(tests[-1], before, bounds.capacity)
    return found if rule is None else beside_rule(found, list(paired(judged, rule.scorer)), rule, draws)


def beside_rule(found: Compared, years: Sequence[PairedYear], rule: ChosenRule, draws: Bootstrap) -> Compared:
    """The same with the comparisons with a rule: at the capacity, at its own count, and in the last year alone."""
    flagged = np.concatenate([one.other > 0 for one in years])
    return Compared(
        years=found.years,
        students=found.students,
        off_track=found.off_track,
        leads={"rule": draws.lead(years), **found.leads},
        rule=rule,
        own_count=draws.lead(years, own_count=True) if flagged.any() else None,
        flagged=float(flagged.mean()),
        last_year=draws.lead(years[-1:]) if len(years) > 1 else None,
    )


def paired(judged: Mapping[int, Heard], other: str) -> Iterator[PairedYear]:
    """The years in which another scorer has spoken, the model's order beside its own."""
    for test, risks in judged.values():
        if other in risks:
            orders = (order_of(name, test, risks) for name in ("model", other))
            yield PairedYear(test.label, test.student, *orders)


def choose_rule(test: Examples, before: Examples | None, capacity: float) -> ChosenRule | None:
    """The rule that found most on the rows of earlier years; the first of equals, which is the feature set's own.

    None where no rule fits. Nothing of the test rows is looked at but which rules they have.
    """
    known = list(counts_of(test))
    if not known:
        return None
    if before is None or not before.label.any():
        return ChosenRule(known[0], len(known))
    recalls = {name: recall_of(before, name, capacity) for name in known}
    best = max(recalls, key=lambda name: recalls[name])
    return ChosenRule(best, len(known), tuple(map(int, np.unique(before.time))), recalls[best])


def recall_of(examples: Examples, rule: str, capacity: float) -> float:
    """The share of those off track whom a rule lists at the capacity of each year; ties by expectation."""
    found = [found_in(examples.take(examples.time == year), rule, capacity) for year in np.unique(examples.time)]
    return sum(found) / int(examples.label.sum())


def found_in(year: Examples, rule: str, capacity: float) -> float:
    """How many students off track a rule lists in one year."""
    one, served = np.ones((1, len(year))), np.array([places(len(year), capacity)])
    return float(found_among(year.label, counts_of(year)[rule], one, served)[0])
