"""A run on a prepared table: what is asked, and what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from features.settings import Audit
from models.bundle.model_card import subgroups_json
from models.estimators.parameter_search import SearchResult
from models.estimators.risk_model import RiskModel
from models.fairness.suppression import attribute_of
from models.metrics.classification_metrics import ClassificationMetrics
from models.metrics.intervals import Interval, intervals_json
from training.evaluation.leakage import Leak
from training.evaluation.scorers import in_order
from training.prepared_table.examples import Prepared, before_and_tested
from training.prepared_table.figures import TableFigures
from training.prepared_table.groups import TableAudit
from training.prepared_table.periods import Period
from training.prepared_table.spec import TableSpec, Time

COUNTS = ("n", "positives")


@dataclass(frozen=True)
class Terms:
    """What a run takes from the settings: bootstrap draws, and the fewest students that a figure is shown of."""

    replicates: int = 1000
    smallest_group: int = Audit().smallest_group


@dataclass(frozen=True)
class TableRequest:
    """What a run on a table is asked; searches are kept in a folder, under names that begin with `name`."""

    spec: TableSpec
    searches: Path
    name: str
    terms: Terms = Terms()

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the run; the first one is that of the model that is kept."""
        return (0,) if isinstance(self.spec.split, Time) else self.spec.split.seeds


@dataclass(frozen=True)
class ProtectedComparison:
    """A model that also has the protected attributes: its figures, and the lead of ours, both on the first seed."""

    figures: ClassificationMetrics
    lead: Mapping[str, Interval]

    def as_json(self) -> dict[str, object]:
        """The comparison as JSON values."""
        return {"metrics": figures_as_json(self.figures), "lead": intervals_json(self.lead)}


@dataclass(frozen=True)
class TableResult:
    """A model of all rows, and what models fitted the same way reached on rows held out from them.

    `told` is None without subgroups, or where protected columns are features anyway. `periods` are empty unless the
    split is by time; `search` is None where none was asked for.
    """

    prepared: Prepared
    asked: TableRequest
    model: RiskModel
    measured: TableFigures
    audit: TableAudit
    told: ProtectedComparison | None = None
    leaks: tuple[Leak, ...] = ()
    periods: tuple[Period, ...] = ()
    search: SearchResult | None = None

    @property
    def figures(self) -> Mapping[str, ClassificationMetrics]:
        """Each scorer's figures, the mean over the seeds."""
        return self.measured.figures

    def as_json(self) -> dict[str, object]:
        """What stands in the bundle as `metrics.json` and, with more beside it, in the answer."""
        shown = self.measured.shown_reliability(self.asked.terms.smallest_group)
        return {
            **drift(self),
            "rows": len(self.prepared.examples),
            "positives": int(self.prepared.examples.label.sum()),
            "metrics": {name: figures_as_json(self.figures[name]) for name in in_order(self.figures)},
            "intervals": {name: intervals_json(found) for name, found in self.measured.intervals.items()},
            "differences": {name: intervals_json(found) for name, found in self.measured.differences.items()},
            "reliability": {name: [vars(one) for one in bins] for name, bins in shown.items()},
            "with_protected": None if self.told is None else self.told.as_json(),
            "leaks": [vars(one) for one in self.leaks],
            "periods": [one.as_json() for one in self.periods],
            "search": None if self.search is None else vars(self.search),
            "subgroups": subgroups_json(self.audit.list, values_of(self.prepared.examples.groups)),
            "audit": self.audit.as_json(),
        }


def values_of(groups: pd.DataFrame) -> Mapping[str, Sequence[str]]:
    """Every value of each attribute, in its order."""
    return {str(name): attribute_of(str(name), column).values for name, column in groups.items()}


def figures_as_json(figures: ClassificationMetrics) -> dict[str, object]:
    """Figures as JSON values, without the counts that all scorers share."""
    return {key: value for key, value in figures.as_json().items() if key not in COUNTS}


def drift(trained: TableResult) -> dict[str, object]:
    """The share off track among the rows learned from and the later rows judged; nothing where no row is later."""
    found = base_rates(trained)
    return {} if found is None else {"share_off_track": {"learned_from": found[0], "judged": found[1]}}


def base_rates(trained: TableResult) -> tuple[float, float] | None:
    """The share off track among the rows learned from and the later rows judged; None where no row is later."""
    split = trained.asked.spec.split
    if not isinstance(split, Time):
        return None
    label = trained.prepared.examples.label
    before, tested = before_and_tested(trained.prepared, split)
    return float(label[before].mean()), float(label[tested].mean())
