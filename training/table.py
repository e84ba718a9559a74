"""`ontrack train-table`: a data team's prepared table gets the training, audit, card and bundle of a district."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from features.settings import Refused
from models.bundle import PREPARED_TABLE, Bundle, BundleParts, write_bundle
from models.examples import Floats
from models.fairness import Attribute, mean_table, subgroup_table
from models.fitting import fit_risk_model
from models.metrics import Figures
from models.signing import ensure_keys
from training.judge import CrossJudged, cross_judge, judge_on
from training.table_card import CAPACITY, SCORERS, Trained, base_rates, card_of, limits_of
from training.table_examples import Prepared, before_and_tested, prepare
from training.table_file import read_table
from training.table_spec import TableSpec, Time, load_spec

GROUP_COLUMNS = ("n", "share_off_track", "mean_risk", "selection_rate", "recall", "false_positive_rate")
THREADED_FROM = 20_000
"""Rows from which a second thread gains more than it costs."""


@dataclass(frozen=True)
class TableAnswer:
    """What a training run on a prepared table says: its figures on rows that were held out, and its bundle's folder."""

    trained: Trained
    bundle: Path

    def as_json(self) -> dict[str, object]:
        """The answer in the shape that scripts rely on."""
        return {**measured(self.trained), "bundle": str(self.bundle)}


def train_table(table: Path, spec: Path, home: Path, *, progress: Callable[[str], None]) -> TableAnswer:
    """Train, judge and audit on a prepared table, and write the bundle of a model fitted on all its rows.

    Deterministic in the table's content, the spec and its seeds. Raises Refused where the table or the spec cannot be
    used, naming the place.
    """
    asked = load_spec(spec)
    prepared = prepare(read_table(table), asked)
    trained = train(prepared, asked, progress)
    return TableAnswer(trained, written(table, spec, home, trained).path)


def train(prepared: Prepared, spec: TableSpec, progress: Callable[[str], None]) -> Trained:
    """The model of all rows, with figures and groups from rows that were held out."""
    examples = prepared.examples
    progress(f"{len(examples):,} rows, {len(examples.dictionary.entries)} features")
    threads = 2 if len(examples) >= THREADED_FROM else 1
    judged = held_out(prepared, spec, threads, progress)
    figures = judged.figures((CAPACITY,))
    subgroups = mean_table([audited(judged, risks["model"]) for risks in judged.risks])
    model = fit_risk_model(examples, seed=first_seed(spec), threads=threads)
    progress(f"model fitted on all {len(examples):,} rows")
    return Trained(prepared, spec, model, figures, subgroups)


def audited(judged: CrossJudged, risk: Floats) -> dict[str, Attribute]:
    """The subgroup table of one seed's risks."""
    return subgroup_table(judged.examples.label, risk, judged.examples.groups, capacity=CAPACITY)


def first_seed(spec: TableSpec) -> int:
    """The seed of the model that is kept."""
    return 0 if isinstance(spec.split, Time) else spec.split.seeds[0]


def held_out(prepared: Prepared, spec: TableSpec, threads: int, progress: Callable[[str], None]) -> CrossJudged:
    """The risks of rows that were not learned from, as the spec's split says."""
    split = spec.split
    if isinstance(split, Time):
        return later_rows(prepared, split, seed=first_seed(spec), threads=threads)
    return cross_judge(
        prepared.examples, prepared.split_by, k=split.k, seeds=split.seeds, threads=threads, progress=progress
    )


def later_rows(prepared: Prepared, split: Time, *, seed: int, threads: int) -> CrossJudged:
    """The risks of the test rows from the rows before the earliest of them."""
    unseen = sorted(set(split.test) - set(prepared.split_by))
    if unseen:
        seen = ", ".join(sorted(set(prepared.split_by))[:10])
        raise Refused(f"split: no row of column {split.column!r} is {', '.join(unseen)}; it holds: {seen}")
    before, tested = before_and_tested(prepared, split)
    if not before.any():
        raise Refused(
            f"split: no row of column {split.column!r} is before the earliest test value: nothing to learn from"
        )
    examples = prepared.examples
    judged = judge_on(examples.take(before), examples.take(tested), seed=seed, threads=threads)
    return CrossJudged(judged.test, (judged.risks,))


def written(table: Path, spec: Path, home: Path, trained: Trained) -> Bundle:
    """The bundle in the home folder, signed with its key; where it came from is said by name and digest."""
    provenance = {"table": table.name, "table_sha256": sha256(table), "spec": spec.name, "spec_sha256": sha256(spec)}
    parts = BundleParts(
        kind="model",
        model=trained.model,
        rule=None,
        dictionary=trained.model.dictionary,
        metrics={**measured(trained), "split": trained.spec.split.model_dump(mode="json")},
        card=card_of(trained, spec.stem),
        gate=None,
        name=spec.stem,
        grade_band="all",
        feature_set=PREPARED_TABLE,
    )
    return write_bundle(home / "bundles", parts, ensure_keys(home / "keys"), provenance)


def sha256(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def measured(trained: Trained) -> dict[str, object]:
    """The figures as JSON values."""
    counts = {"n", "positives"}
    return {
        **drift(trained),
        "rows": len(trained.prepared.examples),
        "positives": int(trained.prepared.examples.label.sum()),
        "metrics": {
            name: {key: value for key, value in trained.figures[name].as_json().items() if key not in counts}
            for name in SCORERS
        },
        "subgroups": dict(trained.subgroups),
    }


def drift(trained: Trained) -> dict[str, object]:
    """The share off track among the rows learned from and the later rows judged; nothing where no row is later."""
    found = base_rates(trained)
    return {} if found is None else {"share_off_track": {"learned_from": found[0], "judged": found[1]}}


def print_answer(answer: TableAnswer, console: Console) -> None:
    """Write the answer for a person to read: figures, groups, and where the bundle is."""
    trained = answer.trained
    rows, ended = len(trained.prepared.examples), int(trained.prepared.examples.label.sum())
    console.print(f"{rows:,} rows, {ended:,} off track, {len(trained.model.dictionary.entries)} features")
    for sentence in limits_of(trained):
        console.print(f"- {sentence}")
    console.print(figure_table(trained.figures))
    for name, attribute in trained.subgroups.items():
        console.print(group_table(name, attribute))
    console.print(f"bundle: {answer.bundle}", soft_wrap=True)


def figure_table(figures: Mapping[str, Figures]) -> Table:
    """Model and logistic regression side by side."""
    shown = Table("on rows held out", *SCORERS, title="Figures")
    for name in ("roc_auc", "pr_auc", "brier", "calibration_error"):
        shown.add_row(name.replace("_", " "), *(f"{getattr(figures[one], name):.3f}" for one in SCORERS))
    at = f"where {CAPACITY:.0%} can be reached"
    shown.add_row(f"precision {at}", *(f"{figures[one].precision_at[CAPACITY]:.3f}" for one in SCORERS))
    shown.add_row(f"recall {at}", *(f"{figures[one].recall_at[CAPACITY]:.3f}" for one in SCORERS))
    return shown


def group_table(name: str, attribute: Attribute) -> Table:
    """One attribute's groups; a small one is named but not shown."""
    shown = Table(name, *(column.replace("_", " ") for column in GROUP_COLUMNS), title=f"By {name}")
    for value, cell in attribute.items():
        hidden = "suppressed" in cell
        shown.add_row(value, *("too few" if hidden else spoken(cell[column]) for column in GROUP_COLUMNS))
    return shown


def spoken(figure: float | int | None) -> str:
    """A figure for a person: a count with thousands, a rate with three decimals."""
    if figure is None:
        return "not enough"
    return f"{figure:,}" if isinstance(figure, int) else f"{figure:.3f}"
