"""The verdict on a prepared table in plain words: where the model beats logistic regression, and where not."""

from collections.abc import Callable

from models.metrics.intervals import Interval
from models.metrics.ranking import list_length
from presentation.numbers import of_100, technical_interval
from training.evaluation.capacities import CAPACITIES
from training.evaluation.scorers import words_of
from training.prepared_table.figures import CAPACITY
from training.prepared_table.run import TableResult, base_rates

OTHER = "logistic"
MEASURES = {
    "pr_auc": "in the order of those with high risks (PR AUC)",
    "brier": "in the distance of risks from what happened (Brier score)",
    **{f"precision@{at:.3f}": f"in the list of {of_100(at)} of 100" for at in CAPACITIES},
}
"""What is compared beside the order of all, to follow a verb."""


def verdict_of(trained: TableResult) -> list[str]:
    """The sentences that a reader needs first; columns that leak the outcome come before any figure."""
    found = (leaks, first_sentence, listed, behind, level, off_by)
    return [sentence for part in found if (sentence := part(trained))]


def leaks(trained: TableResult) -> str:
    """A warning where columns leak the outcome; empty where none does."""
    if not trained.leaks:
        return ""
    names = ", ".join(one.feature for one in trained.leaks)
    know, it = ("knows", "it") if len(trained.leaks) == 1 else ("know", "them")
    return f"Believe no figure yet: {names} probably {know} how it ended; exclude {it} and train again."


def first_sentence(trained: TableResult) -> str:
    """Whether the model beats logistic regression in the order of all, and by how much."""
    lead = trained.measured.differences[OTHER]["roc_auc"]
    model, other = (trained.figures[name].roc_auc for name in ("model", OTHER))
    by = f"ROC AUC {model:.3f} against {other:.3f}, {technical_interval(lead)}"
    if beats(lead):
        return f"The model beats logistic regression on rows that it had not seen: {by}."
    if loses(lead):
        return f"Logistic regression beats the model on rows that neither had seen, and is simpler: use it. {by}."
    return f"The model is not shown to beat logistic regression: {by}."


def beats(lead: Interval) -> bool:
    """Whether a lead is more than chance explains."""
    return lead.low > 0


def loses(lead: Interval) -> bool:
    """Whether falling behind is more than chance explains."""
    return lead.high < 0


def listed(trained: TableResult) -> str:
    """Of 100 listed, how many ended off track by each scorer's list; empty where too few would be listed."""
    if list_length(trained.figures["model"].n, CAPACITY) < trained.asked.terms.smallest_group:
        return ""
    model, *others = (
        f"{of_100(figures.precision_at[CAPACITY])} by {'the model' if name == 'model' else words_of(name)}"
        for name, figures in trained.figures.items()
    )
    return (
        f"Where {of_100(CAPACITY)} of 100 can be reached, of 100 listed ended off track: {', '.join([model, *others])}."
    )


def behind(trained: TableResult) -> str:
    """Where logistic regression does better; empty where it does nowhere."""
    where = measures_where(trained, loses)
    return f"Logistic regression does better {'; '.join(where)}." if where else ""


def level(trained: TableResult) -> str:
    """Where the model is not shown to do better; empty where it is everywhere."""
    where = measures_where(trained, lambda lead: not beats(lead) and not loses(lead))
    return f"It may be chance which of the two does better {'; '.join(where)}." if where else ""


def measures_where(trained: TableResult, holds: Callable[[Interval], bool]) -> list[str]:
    """What is compared and has such a lead, in words."""
    found = trained.measured.differences[OTHER]
    return [words for name, words in MEASURES.items() if holds(found[name])]


def off_by(trained: TableResult) -> str:
    """How far risks are from what happened, and how much of that may be the times that changed."""
    error = trained.figures["model"].calibration_error * 100
    rates = base_rates(trained)
    says = f"The model’s risks are off by {error:.1f} of 100 on average"
    if rates is None:
        return f"{says}."
    before, after = (f"{rate * 100:.1f}" for rate in rates)
    return f"{says}, in a time in which {after} of 100 ended off track, after {before} of 100 in the rows learned from."
