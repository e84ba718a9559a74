"""The card of a model from a prepared table: its figures, its groups, and in sentences what they do not show."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.card import CardFacts, FigureLine, render_card
from models.fairness import SMALLEST_GROUP, Attribute
from models.metrics import Figures
from models.risk import RiskModel
from training.table_examples import RAREST_CATEGORY, Prepared, before_and_tested
from training.table_spec import Groups, TableSpec, Time

CAPACITY = 0.10
SCORERS = ("model", "logistic")


@dataclass(frozen=True)
class Trained:
    """A model of all rows, and figures of models fitted the same way, on rows held out from them."""

    prepared: Prepared
    spec: TableSpec
    model: RiskModel
    figures: Mapping[str, Figures]
    subgroups: Mapping[str, Attribute]


def card_of(trained: Trained, name: str) -> str:
    """The card in Markdown."""
    rows = len(trained.prepared.examples)
    label = trained.spec.label
    return render_card(
        CardFacts(
            name=name,
            kind="model",
            outcome=f"column {label.column} is {' or '.join(label.positive)}",
            district="a prepared table",
            grade_band="all",
            feature_set="the table's columns",
            trained_on=f"all {rows:,} labelled rows of the table",
            tested_on=tested_on(trained.spec),
            students=len(set(trained.prepared.examples.student)),
            dictionary=trained.model.dictionary,
            figures=[figure_line(name, trained.figures[name]) for name in SCORERS],
            capacity=CAPACITY,
            calibration_gap=trained.figures["model"].calibration_error,
            calibration="A strictly rising curve (beta calibration) fitted on students that the trees had not seen.",
            subgroups=trained.subgroups,
            smallest_group=SMALLEST_GROUP,
            limits=limits_of(trained),
            verdict="none",
        )
    )


def tested_on(spec: TableSpec) -> str:
    """Which rows the figures are of."""
    split = spec.split
    if isinstance(split, Time):
        return f"the rows whose {split.column} is {' or '.join(split.test)}, by a model of the rows before them"
    dealt = f"groups of {split.column}" if isinstance(split, Groups) else "students"
    seeds = ", ".join(map(str, split.seeds))
    return f"every row in turn, by models of the other folds ({split.k} folds of {dealt}, seeds {seeds})"


def limits_of(trained: Trained) -> list[str]:
    """What a reader must know before believing the figures."""
    sentences = ["The figures are of models fitted in the same way on a part of the rows; this one was fitted on all."]
    rates = base_rates(trained)
    if rates is None:
        sentences.append("No later year was held out: how it does in a year to come is not shown.")
    else:
        sentences.append(
            f"Of 100 rows learned from, {rates[0] * 100:.1f} ended off track; of 100 later rows judged, "
            f"{rates[1] * 100:.1f}: a calibration error holds that drift too."
        )
    if trained.prepared.unlabelled:
        sentences.append(f"{trained.prepared.unlabelled:,} rows without a label were left out.")
    protected = [entry.name for entry in trained.model.dictionary.entries if entry.protected]
    if protected:
        sentences.append(f"Protected columns are features, as the spec asked: {', '.join(protected)}.")
    if any(entry.kind == "text" for entry in trained.model.dictionary.entries):
        sentences.append(f"A text value that fewer than {RAREST_CATEGORY} rows have counts as missing.")
    return sentences


def base_rates(trained: Trained) -> tuple[float, float] | None:
    """The share off track among the rows learned from and the later rows judged; None where no row is later."""
    split = trained.spec.split
    if not isinstance(split, Time):
        return None
    label = trained.prepared.examples.label
    before, tested = before_and_tested(trained.prepared, split)
    return float(label[before].mean()), float(label[tested].mean())


def figure_line(scorer: str, figures: Figures) -> FigureLine:
    """One scorer's figures at the capacity."""
    return FigureLine(scorer, figures.precision_at[CAPACITY], figures.recall_at[CAPACITY], figures.roc_auc)
