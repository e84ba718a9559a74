"""`python -m benchmarks.weeks_of_year CONFIG DISTRICT`: what would have been served on every Monday of a year.

A run is trained on a district's warehouse with the usual schedule. For each school week of the test year, of which no
training row is, a row says what serves on its Monday, what its risks say and what happened, beside the same recipe
learned on that week of the earlier years only, and on the week of November 20 only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from features.definitions.catalog import feature_set_of
from features.settings import Training
from features.settings_file import load_settings
from features.warehouse.file import open_warehouse
from models.bundle.bundle import Bundle
from models.estimators.fitting import fit_risk_model
from models.estimators.risk_model import RiskModel
from models.examples import Examples, Floats
from models.metrics.calibration_error import calibration_error
from models.metrics.ranking import list_length, roc_auc
from models.served_scorer import ServedScorer, serving_on
from training.cohort_examples import labelled_cohorts
from training.evaluation.evaluation import counts_of
from training.evaluation.scorers import OWN_RULE, PEER
from training.gate.verdict import sentences
from training.train import train, training_request_of
from training.training_request import TrainingRequest

WEEKS = tuple(f"week {week}" for week in range(1, 45))
WITHOUT_NUMBERS = {"": "", "level": " (in order)"}
"""What is said of what serves on a Monday, by why it tells no number."""
NOVEMBER = 14
"""The school week that November 20 falls into in the simulated districts."""
HEAD = (
    "week", "Monday", "serves", "risk said", "ended off track", "calibration error", "ROC AUC", "learned on that week",
    "learned on November 20", "listed of 100",
)  # fmt: skip


@dataclass(frozen=True)
class Served:
    """The rows of one Monday of the test year, and what serves on it."""

    test: Examples
    scorer: ServedScorer

    @property
    def order(self) -> Floats:
        """What students are listed by: a rule's count of signals, or a model's risk by the student's own records."""
        if isinstance(self.scorer.bundle.scorer, RiskModel):
            return self.scorer.bundle.scorer.risk(self.test.features)
        _, _, rule = self.scorer.bundle.feature_set.partition(" by ")
        return counts_of(self.test)[f"{PEER}{rule}" if rule else OWN_RULE]

    @property
    def risk(self) -> Floats:
        """The risks that are given."""
        scorer, test = self.scorer.bundle.scorer, self.test
        return scorer.risk(test.features, test.school) if isinstance(scorer, RiskModel) else scorer.risk(self.order)


def report_weeks(
    config: Annotated[Path, typer.Argument(help="The settings of an installation that has records.")],
    district: Annotated[str, typer.Argument(help="Which of its districts.")],
) -> None:
    """Print a table with a row for every Monday of the test year."""
    settings = load_settings(config)
    usual = settings.training.model_copy(update={"as_of": Training().as_of})
    settings = settings.model_copy(update={"training": usual})
    request = training_request_of(settings, district, settings.today or datetime.now(UTC).date())
    trained = train(request, now=datetime.now(UTC), code_version="bench", progress=typer.echo)
    for one in trained.result.parts:
        typer.echo(f"{one.part.words}: {one.gate.verdict}; short of a pass, {one.serving_rule} serves")
        level = one.level_of("rule")
        typer.echo("\n".join([*sentences(one.gate.checks), *sentences([level] if level else []), ""]))
    typer.echo(table_row(HEAD) + "\n" + table_row(["---"] * len(HEAD)))
    capacity = settings.gate.capacity
    for learn, test in mondays(request):
        november = risk_learned_on(learn, test, NOVEMBER)
        own = risk_learned_on(learn, test, week_of(test))
        typer.echo(row_of(trained.best, test, own, november, capacity))


def mondays(request: TrainingRequest) -> Iterator[tuple[Examples, Examples]]:
    """The rows of all Mondays of earlier years, and those of each Monday of the test year in turn."""
    settings, outcome = request.settings, request.outcome
    with open_warehouse(settings.warehouse(request.district.id)) as reader:
        rows = labelled_cohorts(reader, feature_set_of(outcome), outcome, WEEKS, observed_on=request.today).examples
    last = rows.time.max()
    learn, test = rows.take(rows.time < last), rows.take(rows.time == last)
    for places in test.lists():
        yield learn, test.take(places)


def week_of(test: Examples) -> int:
    """The school week of one Monday's rows."""
    return 0 if test.week is None else int(test.week[0])


def risk_learned_on(learn: Examples, test: Examples, week: int) -> Floats:
    """The risks by the same recipe, learned on one school week of the earlier years."""
    taught = learn.take(np.flatnonzero(learn.week == week))
    return fit_risk_model(taught, seed=7, threads=1).risk(test.features)


def row_of(bundle: Bundle, test: Examples, own: Floats, november: Floats, capacity: float) -> str:
    """The table's row of one Monday."""
    day = date.fromisoformat("" if test.as_of is None else str(test.as_of[0]))
    served = Served(test, serving_on(bundle, week_of(test), day))
    label, one, places = test.label, np.ones((1, len(test))), list_length(len(test), capacity)
    listed = min(places, float((served.order > 0).sum())) / len(test)
    name = served.scorer.bundle.kind + WITHOUT_NUMBERS.get(served.scorer.not_judged or "", " (not judged)")
    said = (served.risk.mean(), calibration_error(label, served.risk, one)[0])
    mean, error = (f"{value:.3f}" for value in said) if served.scorer.not_judged is None else ("none", "")
    ranks = [roc_auc(label, order, one)[0] for order in (served.order, own, november)]
    cells = [mean, f"{label.mean():.3f}", error, *(f"{value:.3f}" for value in ranks), f"{listed * 100:.0f}"]
    return table_row([str(week_of(test)), f"{day:%b %d}", name, *cells])


def table_row(cells: list[str] | tuple[str, ...]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    typer.run(report_weeks)
