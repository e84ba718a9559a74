"""The comparisons that decide: the recall of lists at the capacity, over all judged years together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from features.settings import Gate
from models.examples import Examples, Texts
from models.metrics.paired_comparison import PairedYear, RecallLead
from training.evaluation.evaluation import Risks, order_of
from training.evaluation.scorers import OWN_MODEL
from training.gate.power import Power, power_of
from training.gate.rule_selection import Bootstrap, RuleSelection, RuleToBeat, select_rules
from training.gate.support import Labels, SupportBounds, SupportedOutcomes, supported_outcomes

Heard = tuple[Examples, Risks]
"""A year's rows, and what every scorer says of them."""
OTHERS = ("logistic", "school_only", "champion", OWN_MODEL)


@dataclass(frozen=True)
class GateComparison:
    """The model's leads in recall at the capacity over each other scorer, over all judged years together.

    A list is made on every scoring date; students are drawn with all their rows. `leads` are by scorer, "rule" being
    the one to beat, `contenders` those over every rule that has to be beaten, `by_week` those over the rule to beat in
    each school week of scoring dates, where there are several. `own_count` is the lead over the rule to beat where both
    list as many students as it flags (`flagged` of all rows, those with a signal); `last_year` is that of the last year
    alone. `support` is what the lead over the rule to beat hangs on where students were supported after being listed.
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
    by_week: Mapping[int, RecallLead] = field(default_factory=dict)

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
            "by_week": {str(week): vars(lead) for week, lead in self.by_week.items()},
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
    pairs = {name: labelled_lists(judged, name, ended.imputed) for name in OTHERS}
    found = GateComparison(
        years=tuple(judged),
        students=round(sum(students_in(test.student) for test in tests.values()) / len(tests)),
        off_track=sum(students_in(test.student[test.label]) for test in tests.values()),
        leads={name: draws.lead(years) for name, years in pairs.items() if years},
    )
    among = select_rules(tests[max(tests)], before, draws)
    return found if among is None else compare_with_rules(found, judged, ended, among, draws)


def compare_with_rules(
    found: GateComparison, judged: Mapping[int, Heard], ended: SupportedOutcomes, among: RuleSelection, draws: Bootstrap
) -> GateComparison:
    """The comparison with every selected rule added: the hardest at the capacity, at its own count, and last year."""
    leads = {name: draws.lead(labelled_lists(judged, name, ended.imputed)) for name in among.scorers}
    hardest = min(leads, key=lambda name: leads[name].low)
    lists = list(judged_lists(judged, hardest, ended.imputed))
    flagged = np.concatenate([one.pair.other > 0 for one in lists])
    bounds = [draws.lead(labelled_lists(judged, hardest, one)) for one in (ended.none, ended.every) if one]
    return replace(
        found,
        leads={"rule": leads[hardest], **found.leads},
        contenders=leads,
        rule=RuleToBeat(hardest, among),
        own_count=draws.lead([one.pair for one in lists], own_count=True) if flagged.any() else None,
        flagged=float(flagged.mean()),
        last_year=draws.lead([one.pair for one in lists if one.year == max(judged)]) if len(judged) > 1 else None,
        support=SupportBounds(ended.supported, ended.first, *bounds) if bounds else None,
        by_week={week: draws.lead([one.pair for one in lists if one.week == week]) for week in weeks_of(lists)},
    )


@dataclass(frozen=True)
class JudgedList:
    """Two lists of one scoring date, with its year and school week (0 where the calendar is not known)."""

    year: int
    week: int
    pair: PairedYear


def weeks_of(lists: Sequence[JudgedList]) -> list[int]:
    """The school weeks of the last year's lists in which anybody ended off track; none where it has one list only."""
    last = [one for one in lists if one.year == max(one.year for one in lists)]
    return sorted({one.week for one in last if one.pair.label.any()}) if len(last) > 1 else []


def students_in(student: Texts) -> int:
    """How many students some rows are of."""
    return len(np.unique(student))


def labelled_lists(judged: Mapping[int, Heard], other: str, labels: Labels) -> list[PairedYear]:
    """The lists of the years of which another scorer has risks, with the model's order and its own."""
    return [one.pair for one in judged_lists(judged, other, labels)]


def judged_lists(judged: Mapping[int, Heard], other: str, labels: Labels) -> Iterator[JudgedList]:
    """The same with the year and the school week of each."""
    for year, (test, risks) in judged.items():
        if other not in risks:
            continue
        model, second = (order_of(name, test, risks) for name in ("model", other))
        chances = labels.get(year)
        for rows in test.lists():
            told = None if chances is None else chances[:, rows]
            pair = PairedYear(test.label[rows], test.student[rows], model[rows], second[rows], told)
            yield JudgedList(year, 0 if test.week is None else int(test.week[rows[0]]), pair)
