"""The verdict in words: what serves and why; without a pass, what stands against the model and what it would take."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.metrics.bound_verdict import bound_verdict
from models.metrics.intervals import Interval
from models.verdict import Verdict
from presentation.numbers import capacity_of_100, capitalized, of_100, school_year, signed_of_100
from presentation.report import ReportSection
from training.evaluation.scorers import is_rule, words_of
from training.gate.list_checks import COMPARISONS
from training.gate.verdict import GateCheck, more_or_fewer
from training.training_result import TrainingResult

COMPARED = {code: name for code, name, _ in COMPARISONS}
AGAINST: Mapping[tuple[str, Verdict], str] = {
    ("GATE04", "fail"): "the model that serves now finds more of the students who end off track",
    ("GATE04", "not_enough_evidence"): "it is not settled that it keeps up with the model that serves now",
    ("GATE05", "fail"): "plain logistic regression finds more of the students who end off track",
    ("GATE05", "not_enough_evidence"): "it is not settled that it keeps up with plain logistic regression",
    ("GATE06", "fail"): "its risks are further from what happened than is allowed",
    ("GATE06", "not_enough_evidence"): "it is not settled that its risks mean what they say",
    ("GATE07", "fail"): "it finds students of one group less often than is allowed",
    ("GATE07", "not_enough_evidence"): "it is not settled that it finds students of every group alike",
    ("GATE09", "fail"): "its risks are further from what happened in one group than is allowed",
    ("GATE09", "not_enough_evidence"): "it is not settled that its risks mean the same in every group",
    ("GATE10", "not_enough_evidence"): "too much in the records of past years does not add up",
    ("GATE11", "fail"): "the published rule finds more where both list as many students as the rule flags",
    ("GATE13", "fail"): "nobody reaches one of the bands in which pages show signals",
    ("GATE12", "fail"): "in the last year alone the published rule found more",
}
"""What speaks against a model, by check and verdict, to follow the word because; another check speaks for itself."""
CHOSEN = "The published rule serves: this district chose it for this outcome, and no model was tried."
ANOTHER_YEAR = "Each finished school year adds one to judge by: train again after its final marks."


@dataclass(frozen=True)
class VerdictView:
    """The verdict in a sentence, how often the list would have been right, and on how many students that rests."""

    first: str
    proven: bool
    headline: str = ""
    small_print: tuple[str, ...] = ()


@dataclass(frozen=True)
class RefusalView:
    """The checks against a model, the rule that serves in its place, and the evidence that is needed."""

    against: tuple[str, ...]
    serves: str
    needed: tuple[str, ...]


def verdict_section(result: TrainingResult, serves_when: str = "") -> ReportSection:
    """What serves and why, and how often the list would have been right; where a rule wins, that comes first.

    `serves_when` says what serves in which part of the year, and comes before all.
    """
    of_part = f"In {result.part.words}:" if serves_when else ""
    first = " ".join(filter(None, (serves_when, of_part, better_rule_sentence(result), verdict_sentence(result))))
    outcome = f"The outcome: {result.request.outcome.says}."
    proven = result.gate.verdict == "pass"
    view = VerdictView(first, proven, small_print=(outcome,))
    if result.figures:
        view = VerdictView(first, proven, headline(result), (counts(result), outcome))
    return ReportSection("", "report/verdict.html", view)


def better_rule_sentence(result: TrainingResult) -> str:
    """The published rule whose list held more students off track than the model's; empty where none did."""
    at = result.request.settings.gate.capacity
    rules = {name: one.recall_at[at] for name, one in result.figures.items() if is_rule(name)}
    best = max(rules, key=lambda name: rules[name], default="")
    if not best or rules[best] <= result.figures["model"].recall_at[at]:
        return ""
    more = of_100(rules[best] - result.figures["model"].recall_at[at])
    return (
        f"A simple rule did better than the model in {school_year(result.basis.split.test)}: of 100 students who "
        f"ended off track, {words_of(best)} would have listed {more} more."
    )


def verdict_sentence(result: TrainingResult) -> str:
    """What may serve and why, in one sentence."""
    if result.gate.verdict == "no_model":
        return CHOSEN
    if not result.figures:
        why = " ".join(check.says for check in result.gate.checks)
        return f"The published rule serves, because {why[:1].lower()}{why[1:]}"
    verdict = result.gate.verdict
    if verdict == "pass":
        return f"The model may serve: {reason_to_serve(result)}."
    short_of = "did not pass its checks" if verdict == "fail" else "could not be proven better yet"
    return f"The published rule serves: the model {short_of}, because {'; and '.join(reasons_against(result))}."


def reason_to_serve(result: TrainingResult) -> str:
    """Why a model that passed may serve, to follow the sentence's colon."""
    every = all(check.verdict == "pass" for check in result.gate.checks)
    passed = f"it passed every {'check' if every else 'required check'} on {judged_years(result)}"
    lead = leads_of(result).get("rule")
    if lead is None:
        return passed
    more = of_100(lead.estimate)
    return (
        f"{passed}, and of 100 students who ended off track, it listed {more} more than {rule_of(result)}"
        f"{simpler_words(result)}"
    )


def simpler_words(result: TrainingResult) -> str:
    """That logistic regression, which is simpler, finds as many, to follow the lead over the rule; empty where not."""
    lead = leads_of(result).get("logistic")
    ahead = "pass" if lead is None else bound_verdict(lead, above=0)
    if lead is None or ahead == "pass":
        return ""
    how = "better" if ahead == "fail" else "as well"
    seen = f"{more_or_fewer(lead.estimate)} ({signed_of_100(lead.low)} to {signed_of_100(lead.high)})"
    return f"; logistic regression, which is simpler, does {how}: the model listed {seen}"


def judged_years(result: TrainingResult) -> str:
    """The school years that the verdict is of."""
    years = result.compared.years if result.compared else (result.basis.split.test,)
    if len(years) == 1:
        return f"{school_year(years[0])}, a school year that it had not seen"
    return f"{', '.join(map(school_year, years))}, each judged by what was learned from the years before it"


def leads_of(result: TrainingResult) -> Mapping[str, Interval]:
    """The model's leads at the capacity by scorer; none where nothing could be compared."""
    return result.compared.leads if result.compared else {}


def rule_of(result: TrainingResult) -> str:
    """What the rule that the model was compared with is called."""
    chosen = result.compared.rule if result.compared else None
    return chosen.called if chosen else words_of("rule")


def reasons_against(result: TrainingResult) -> list[str]:
    """The checks that decided, in words; a published rule that the model does not beat comes first."""
    gate = result.gate
    against = [check for check in gate.checks if check.decides]
    decided = [check for check in against if check.verdict == gate.verdict or check.code == "GATE02"]
    return [reason_against(check, result) for check in sorted(decided, key=lambda check: check.code != "GATE02")]


def reason_against(check: GateCheck, result: TrainingResult) -> str:
    """One check that a model did not pass, to follow the word because."""
    if check.code in COMPARED:
        name = COMPARED[check.code]
        return lead_words(rule_of(result) if name == "rule" else words_of(name), leads_of(result)[name])
    if check.code == "GATE01":
        needed = result.request.settings.gate.minimum_off_track
        ended = result.compared.off_track if result.compared else 0
        return f"{ended} students ended off track and {needed} are needed to judge by"
    return AGAINST.get((check.code, check.verdict), f"{check.title}: {check.says.removesuffix('.')}")


def lead_words(other: str, lead: Interval) -> str:
    """Why a lead over another scorer does not count, to follow the word because."""
    more = round(abs(lead.estimate) * 100)
    if more == 0:
        return f"{other} did just as well"
    if lead.estimate < 0:
        chance = ", which may be chance" if lead.high > 0 else ""
        return f"{other} did better: of 100 students who ended off track, it listed {more} more{chance}"
    return f"its lead over {other} ({more} more listed of 100 students who ended off track) may be chance"


def headline(result: TrainingResult) -> str:
    """Of 100 students listed, how many ended off track, by what serves and by what it is compared with."""
    smallest = result.request.settings.audit.smallest_group
    if result.listed < smallest:
        return f"Fewer than {smallest} students would have been listed: how many ended off track is not shown."
    year, found = school_year(result.basis.split.test), result.headline
    serves, beside = result.serves, result.beside
    if serves not in found:
        return f"No list by {name_of(serves)} could be judged in {year}."
    other = f"; by {beside_words(result)}, {count_with_interval(found[beside])}" if beside in found else ""
    own = count_with_interval(found[serves], " ended off track")
    return f"Of 100 students {name_of(serves)} would have listed in {year}, {own}{other}."


def name_of(scorer: str) -> str:
    """What a scorer is called where it is spoken of: a report may be about another than the model."""
    return "the model" if scorer == "model" else words_of(scorer)


def beside_words(result: TrainingResult) -> str:
    """What is set beside the scorer that serves: a model that does not serve is said not to."""
    return "the model, which does not serve" if result.beside == "model" else name_of(result.beside)


def count_with_interval(one: Interval, words: str = "") -> str:
    """A number of 100 with its interval in words."""
    return f"{of_100(one.estimate)}{words} (between {of_100(one.low)} and {of_100(one.high)})"


def counts(result: TrainingResult) -> str:
    """How many students stand behind the headline."""
    figures, capacity = result.figures["model"], result.request.settings.gate.capacity
    return (
        f"Of {figures.n:,} students on the scoring dates of {school_year(result.basis.split.test)} with a known "
        f"outcome, {figures.positives:,} ended off track; who came later is not counted here. Counselors can reach "
        f"{capacity_of_100(capacity)} of 100 students, so the list holds {result.listed:,}. "
        "“Between” is a 95% interval."
    )


def refusal_section(result: TrainingResult) -> ReportSection | None:
    """What stands against the model, what serves in its place, and what it would take; None where nothing does."""
    if result.gate.verdict in ("pass", "no_model"):
        return None
    against = tuple(f"{capitalized(check.title)}: {check.says}" for check in result.gate.checks if check.decides)
    view = RefusalView(against, serving_rule_words(result), tuple(evidence_needed(result)))
    return ReportSection("Why the model does not serve", "report/refusal.html", view)


def serving_rule_words(result: TrainingResult) -> str:
    """The rule that serves, in words."""
    indicator = result.ruled_set.indicator
    which = f": {indicator.says}" if indicator else ""
    return (
        f"The published rule{which}. Students are listed by how many of its signals their records show; their risk is "
        "the share of past students with as many who ended off track. Pages and answers are the same, and each says "
        "that it is by the rule."
    )


def evidence_needed(result: TrainingResult) -> list[str]:
    """What difference so many students can show, how many more it takes, and when to train again."""
    compared, needed = result.compared, result.request.settings.gate.minimum_off_track
    if compared is None:
        return [ANOTHER_YEAR]
    few = f"{compared.off_track} students off track in the judged years; {needed} are needed."
    short = [few] if compared.off_track < needed else []
    return [*([compared.power.says] if compared.power else []), *short, ANOTHER_YEAR]
