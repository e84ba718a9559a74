"""The card of a model from a prepared table: its figures, its groups, and in sentences what they do not show."""

from models.bundle.model_card import CardFacts, ScorerFigures, card_subgroups, render_card
from training.evaluation.scorers import in_order
from training.prepared_table.examples import RAREST_CATEGORY, before_and_tested
from training.prepared_table.figures import CAPACITY
from training.prepared_table.run import TableResult, base_rates
from training.prepared_table.spec import Groups, TableSpec, Time


def card_of(trained: TableResult, name: str) -> str:
    """The card in Markdown."""
    rows = len(trained.prepared.examples)
    return render_card(
        CardFacts(
            name=name,
            kind="model",
            outcome=outcome_of(trained.asked.spec),
            district="a prepared table",
            grade_band="all",
            feature_set="the table's columns",
            trained_on=f"all {rows:,} labelled rows of the table",
            tested_on=tested_on(trained.asked.spec),
            students=len(set(trained.prepared.examples.student)),
            dictionary=trained.model.dictionary,
            figures=[figure_line(trained, name) for name in in_order(trained.figures)],
            capacity=CAPACITY,
            calibration_gap=trained.figures["model"].calibration_error,
            calibration="A strictly rising curve (beta calibration) fitted on students that the trees had not seen.",
            subgroups=card_subgroups(trained.audit.list),
            smallest_group=trained.asked.terms.smallest_group,
            limits=limits_of(trained),
            verdict="none",
        )
    )


def outcome_of(spec: TableSpec) -> str:
    """What counts as off track."""
    return f"column {spec.label.column} is {' or '.join(spec.label.positive)}"


def tested_on(spec: TableSpec) -> str:
    """Which rows the figures are of."""
    split = spec.split
    if isinstance(split, Time):
        return f"the rows whose {split.column} is {' or '.join(split.test)}, by a model of the rows before them"
    dealt = f"groups of {split.column}" if isinstance(split, Groups) else "students"
    seeds = ", ".join(map(str, split.seeds))
    return f"every row in turn, by models of the other folds ({split.k} folds of {dealt}, seeds {seeds})"


def limits_of(trained: TableResult) -> list[str]:
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
    both = students_on_both_sides(trained)
    if both:
        sentences.append(
            f"{both:,} of the students judged have earlier rows, which were learned from: if those ended in the same "
            "way, figures look too good. Say `as_of` in the spec where the split goes by scoring dates."
        )
    protected = [entry.name for entry in trained.model.dictionary.entries if entry.protected]
    if protected:
        sentences.append(f"Protected columns are features, as the spec asked: {', '.join(protected)}.")
    sentences += [one.says for one in trained.leaks]
    if any(entry.kind == "text" for entry in trained.model.dictionary.entries):
        sentences.append(f"A text value that fewer than {RAREST_CATEGORY} rows have counts as missing.")
    return sentences


def students_on_both_sides(trained: TableResult) -> int:
    """How many students have rows that a split by time learns from and rows that it judges."""
    split, student = trained.asked.spec.split, trained.prepared.examples.student
    if not isinstance(split, Time):
        return 0
    before, tested = before_and_tested(trained.prepared, split)
    return len(set(student[before]) & set(student[tested]))


def figure_line(trained: TableResult, scorer: str) -> ScorerFigures:
    """One scorer's figures at the capacity."""
    figures = trained.figures[scorer]
    found = trained.measured.intervals[scorer][f"precision@{CAPACITY:.3f}"]
    says = f"precision {found.low:.2f} to {found.high:.2f} (95 %)"
    return ScorerFigures(scorer, figures.precision_at[CAPACITY], figures.recall_at[CAPACITY], figures.roc_auc, says)
