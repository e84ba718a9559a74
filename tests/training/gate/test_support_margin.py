"""The lead over the rule that is asked where outcomes of supported students are estimated."""

from dataclasses import replace

from features.settings import Gate
from models.metrics.paired_comparison import RecallLead
from models.verdict import Verdict
from tests.training.report.example_results import against_the_rule
from training.gate.comparison import GateComparison
from training.gate.list_checks import check_lists
from training.gate.support import SupportBounds

BARELY = RecallLead(0.03, 0.003, 0.06, 0.0)
WELL = RecallLead(0.03, 0.006, 0.06, 0.0)


def compared_with(lead: RecallLead, *, supported: int) -> GateComparison:
    """A comparison that showed this lead, in years in which so many students were supported after being listed."""
    made = against_the_rule(lead).compared
    assert made
    return replace(made, support=SupportBounds(supported, 4, lead, lead) if supported else None)


def verdict_of(lead: RecallLead, *, supported: int) -> Verdict:
    """What the check of the lead over the rule says."""
    return check_lists(compared_with(lead, supported=supported), Gate())[0].verdict


def test_a_lead_within_what_the_estimate_leans_is_not_shown() -> None:
    assert verdict_of(BARELY, supported=12) == "not_enough_evidence"
    assert verdict_of(WELL, supported=12) == "pass"


def test_where_nobody_was_supported_any_lead_beyond_chance_counts() -> None:
    assert verdict_of(BARELY, supported=0) == "pass"


def test_the_sentence_says_from_which_lead_on_it_counts() -> None:
    says = check_lists(compared_with(BARELY, supported=12), Gate())[0].says
    assert "so a lead counts as shown from 0.5 of 100 on" in says
    assert says.endswith("the verdict is the same.")
