"""Lists of the weeks after the test year's first scoring date: how early students are found, how steady the list is."""

from dataclasses import dataclass

import pandas as pd

from features.definitions.catalog import feature_set_of
from features.snapshots.label_years import LabelYear
from features.snapshots.snapshot import build_snapshots
from features.warehouse.reader import Reader
from models.scoring import Scorer, order_of
from training.evaluation.evaluation import Evaluation
from training.evaluation.weekly_lists import WeeklyLists, Weeks, lead_by_student, weekly, weekly_lists_by_scorer
from training.training_request import TrainingRequest


@dataclass(frozen=True)
class WeeksAfter:
    """The lists of the weeks after the first scoring date, and by student the weeks from the first one to the end."""

    lists: tuple[WeeklyLists, ...] = ()
    lead: "pd.Series[float] | None" = None


def list_weeks_after(reader: Reader, request: TrainingRequest, year: LabelYear, judged: Evaluation) -> WeeksAfter:
    """The lists of the model and the rule in the weeks after the test year's first scoring date."""
    training, first = request.settings.training, year.scored_on[0]
    dates = weekly(first, training.weeks, until=min(request.today, year.horizon))
    if len(dates) < 2:
        return WeeksAfter()
    feature_set, cohort = feature_set_of(request.outcome), request.outcome.cohort
    snapshots = build_snapshots(reader, feature_set, dates, cohort=cohort, with_peers=True)
    test = judged.test
    begun = test.take(test.as_of == first.isoformat()) if test.as_of is not None else test
    weeks = Weeks(dates, pd.Index(begun.student), begun.label, year.horizon)
    scorers: dict[str, Scorer] = {"model": judged.model, **({"rule": judged.rule} if judged.rule else {})}
    orders = {
        name: [pd.Series(order_of(scorer, one.features), one.features.index) for one in snapshots]
        for name, scorer in scorers.items()
    }
    capacity, seed = request.settings.gate.capacity, training.seed
    lead = lead_by_student(orders["model"], weeks, capacity=capacity, seed=seed)
    return WeeksAfter(weekly_lists_by_scorer(orders, weeks, capacity=capacity, seed=seed), lead)
