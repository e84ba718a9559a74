"""The comparisons that decide: the recall of lists at the capacity, over all judged years together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from features.settings import Gate
from models.examples import Examples
from models.metrics.paired_comparison import PairedYear, RecallLead
from training.evaluation.evaluation import Risks, order_of
from training.gate.power import Power, power_of
from training.gate.rule_selection import Bootstrap, RuleSelection, RuleToBeat, select_rules
from training.gate.support import Labels, SupportBounds, SupportedOutcomes, supported_outcomes

Heard = tuple[Examples, Risks]
"""A year's rows, and what every scorer says of them."""
OTHERS = ("logistic", "school_only", "champion")


@dataclass(frozen=True)
class GateComparison:
    """The model's leads in recall at the capacity over each other scorer, over all judged years together.

    `leads` are by scorer, "rule" being the one to beat, `contenders` those over every rule that has to be beaten.
    `own_count` is the lead over the rule to beat where both list as many students as it flags (`flagged` of all rows,
    those with a signal); `last_year` is that of the last year alone. `support` is what the lead over the rule to beat
    hangs on where students were supported after being listed.
    """

    years: tuple[int, ...]
    students: int
    off_track: int
    leads: Mapping[str, RecallLead] = field(default_factory=dict)
    contenders: Mapping[str, RecallLead] = field(default_factory=dict)
    rule: RuleToBeat | None = None
    own_count: RecallLead | None = None
    flagged: float = 0.0
    last_year: RecallLead | None = None
    support: SupportBounds | None = None

    @property
    def power(self) -> Power | None:
        """What the comparison with the rule could have shown; None where there is no rule."""
        lead = self.leads.get("rule")
        return None if lead is None else power_of(lead, self.students, len(self.years))

    def as_json(self) -> dict[str, object]:
        """The comparisons as JSON values."""
        secondary = {"own_count": self.own_count, "last_year": self.last_year}
        power = self.power
        return {
            "years": list(self.years),
            "students_a_year": self.students,
            "off_track": self.off_track,
            "rule": self.rule.scorer if self.rule else None,
            "chosen": self.rule.says if self.rule else None,
            "flagged_by_rule": self.flagged,
            "recall": {name: vars(lead) for name, lead in self.leads.items()},
            "contenders": {name: vars(lead) for name, lead in self.contenders.items()},
            "beside_the_rule": {name: vars(lead) for name, lead in secondary.items() if lead},
            "power": vars(power) if power else None,
            "support": self.support.as_json() if self.support else None,
        }


def compare_lists(judged: Mapping[int, Heard], before: Examples | None, bounds: Gate, *, seed: int) -> GateComparison:
    """The comparison of each judged year's model with the others; `before` are earlier rows that choose the rule.

    A scorer is compared on the years that it has risks of; the model's list and the other's are of the same rows.
    """
    draws = Bootstrap(bounds.capacity, bounds.replicates, seed)
    tests = {year: test for year, (test, _) in judged.items()}
    ended = supported_outcomes(tests, before, seed=seed)
    pairs = {name: list(paired_years(judged, name, ended.imputed)) for name in OTHERS}
    found = GateComparison(
        years=tuple(judged),
        students=round(sum(map(len, tests.values())) / len(tests)),
        off_track=sum(int(test.label.sum()) for test in tests.values()),
        leads={name: draws.lead(years) for name, years in pairs.items() if years},
    )
    among = select_rules(tests[max(tests)], before, draws)
    return found if among is None else compare_with_rules(found, judged, ended, among, draws)


def compare_with_rules(
    found: GateComparison, judged: Mapping[int, Heard], ended: SupportedOutcomes, among: RuleSelection, draws: Bootstrap
) -> GateComparison:
    """The comparison with every selected rule added: the hardest at the capacity, at its own count, and last year."""
    leads = {name: draws.lead(list(paired_years(judged, name, ended.imputed))) for name in among.scorers}
    hardest = min(leads, key=lambda name: leads[name].low)
    years = list(paired_years(judged, hardest, ended.imputed))
    flagged = np.concatenate([one.other > 0 for one in years])
    bounds = [draws.lead(list(paired_years(judged, hardest, one))) for one in (ended.none, ended.every) if one]
    return replace(
        found,
        leads={"rule": leads[hardest], **found.leads},
        contenders=leads,
        rule=RuleToBeat(hardest, among),
        own_count=draws.lead(years, own_count=True) if flagged.any() else None,
        flagged=float(flagged.mean()),
        last_year=draws.lead(years[-1:]) if len(years) > 1 else None,
        support=SupportBounds(ended.supported, ended.first, *bounds) if bounds else None,
    )


def paired_years(judged: Mapping[int, Heard], other: str, labels: Labels) -> Iterator[PairedYear]:
    """The years of which another scorer has risks, with the model's order and its own."""
    for year, (test, risks) in judged.items():
        if other in risks:
            model, second = (order_of(name, test, risks) for name in ("model", other))
            yield PairedYear(test.label, test.student, model, second, labels.get(year))
