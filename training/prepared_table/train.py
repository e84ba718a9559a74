"""`ontrack train-table`: a data team's prepared table gets what a district's training run gets."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from features.progress import Progress
from models.bundle.bundle import Bundle, BundleParts, write_bundle
from models.bundle.definitions import PREPARED_TABLE
from models.bundle.signing import ensure_keys
from models.estimators.fitting import DEFAULT_PARAMETERS, fit_risk_model
from models.metrics.bootstrap import difference_intervals
from models.metrics.classification_metrics import evaluate
from training.evaluation.capacities import CAPACITIES
from training.evaluation.leakage import find_leaks
from training.evaluation.rolling_evaluation import Recipe
from training.prepared_table.card import card_of
from training.prepared_table.evaluation import Fitting, HeldOut, held_out
from training.prepared_table.examples import Prepared, prepare
from training.prepared_table.figures import CAPACITY, draws_of, table_figures
from training.prepared_table.file import read_table
from training.prepared_table.groups import audit_table
from training.prepared_table.periods import Period, earlier_periods, tested_dates, tested_periods
from training.prepared_table.report import Source, render_table_report
from training.prepared_table.run import ProtectedComparison, TableRequest, TableResult, Terms
from training.prepared_table.spec import Time, load_spec
from training.prepared_table.verdict import verdict_of

THREADED_FROM = 20_000
"""Rows from which a second thread gains more than it costs."""
USUAL = Terms()
"""The settings where nobody set any."""


@dataclass(frozen=True)
class TableAnswer:
    """What a training run on a prepared table says: its figures on rows that were held out, its bundle and report."""

    trained: TableResult
    source: Source
    bundle: Bundle
    report: Path

    def as_json(self) -> dict[str, object]:
        """The answer in the shape that scripts rely on."""
        says = {"says": verdict_of(self.trained)}
        return {**says, **self.trained.as_json(), "bundle": str(self.bundle.path), "report": str(self.report)}


def train_table(
    table: Path, spec: Path, home: Path, *, made_on: date, progress: Progress, terms: Terms = USUAL
) -> TableAnswer:
    """Train, judge and audit on a prepared table; write the bundle of a model fitted on all its rows, and the report.

    Deterministic in the table's content, the spec and its seeds. Raises Refused where the table or the spec cannot be
    used, naming the place.
    """
    wanted = load_spec(spec)
    prepared = prepare(read_table(table), wanted)
    source = Source(table.name, spec.name, sha256(table))
    name = f"table-{spec.stem}-{source.digest[:12]}-{sha256(spec)[:8]}"
    trained = fit_and_evaluate_table(prepared, TableRequest(wanted, home / "searches", name, terms), progress)
    bundle = write_table_bundle(trained, source, sha256(spec), home)
    progress("writing the report")
    return TableAnswer(trained, source, bundle, write_table_report(trained, source, bundle, home, made_on))


def sha256(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fit_and_evaluate_table(prepared: Prepared, asked: TableRequest, progress: Progress) -> TableResult:
    """The model of all rows, with everything that is found out on rows that were held out, side by side."""
    examples, terms = prepared.examples, asked.terms
    progress(f"{len(examples):,} rows, {len(examples.dictionary.entries)} features")
    fitting = Fitting(asked, 2 if len(examples) >= THREADED_FROM else 1, progress)
    held = held_out(prepared, fitting)
    progress("fitting on all rows, and drawing students for the intervals")
    seed = asked.seeds[0]
    found = fitting.found(held.learned, held.name, seed)
    tuned = DEFAULT_PARAMETERS if found is None else found.parameters
    recipe = Recipe(seed, fitting.threads, terms.replicates, CAPACITIES, tuned)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        measured = pool.submit(table_figures, held.judged, replicates=terms.replicates, seed=seed)
        model = pool.submit(fit_risk_model, examples, seed=seed, threads=fitting.threads, tuned=tuned)
        told = pool.submit(compare_with_protected, held, asked)
        periods = pool.submit(periods_of, prepared, held, recipe, asked)
        leaks = pool.submit(find_leaks, held.learned, held.judged.examples, least=terms.smallest_group)
        audit = audit_table(held.judged, least=terms.smallest_group, replicates=terms.replicates, seed=seed)
    return TableResult(
        prepared=prepared,
        asked=asked,
        model=model.result(),
        measured=measured.result(),
        audit=audit,
        told=told.result(),
        leaks=leaks.result(),
        periods=periods.result(),
        search=found,
    )


def compare_with_protected(held: HeldOut, asked: TableRequest) -> ProtectedComparison | None:
    """The comparison with a model that also has the protected attributes; None where there are none to add."""
    if held.told is None:
        return None
    test, (first, *_) = held.judged.examples, held.judged.risks
    draws = draws_of(len(test), 1, asked.terms.replicates)
    lead = difference_intervals(
        test.label, first["model"], held.told, test.student,
        capacity=CAPACITY, replicates=draws, seed=asked.seeds[0],
    )  # fmt: skip
    return ProtectedComparison(evaluate(test.label, held.told, CAPACITIES), lead)


def periods_of(prepared: Prepared, held: HeldOut, recipe: Recipe, asked: TableRequest) -> tuple[Period, ...]:
    """Each value of a time split's column, then each scoring date of the rows judged, both earliest first."""
    split, first = asked.spec.split, held.judged.risks[0]["model"]
    judged = (held.judged.examples, first, held.learned, recipe)
    dates = tested_dates(*judged, asked.spec.as_of or "")
    if not isinstance(split, Time):
        return dates
    return (
        *earlier_periods(prepared, split, recipe),
        *tested_periods(*judged),
        *(() if prepared.split_by_date else dates),
    )


def write_table_bundle(trained: TableResult, source: Source, spec_digest: str, home: Path) -> Bundle:
    """The bundle in the home folder, signed with its key; where it came from is said by name and digest."""
    provenance = {
        "table": source.table,
        "table_sha256": source.digest,
        "spec": source.spec,
        "spec_sha256": spec_digest,
    }
    parts = BundleParts(
        kind="model",
        model=trained.model,
        rule=None,
        dictionary=trained.model.dictionary,
        metrics={**trained.as_json(), "split": trained.asked.spec.split.model_dump(mode="json")},
        card=card_of(trained, source.stem),
        gate=None,
        name=source.stem,
        grade_band="all",
        feature_set=PREPARED_TABLE,
    )
    return write_bundle(home / "bundles", parts, ensure_keys(home / "keys"), provenance)


def write_table_report(trained: TableResult, source: Source, bundle: Bundle, home: Path, made_on: date) -> Path:
    """The report's file in the home folder."""
    report = home / "reports" / f"table-{source.stem}-{bundle.digest[:8]}.html"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(render_table_report(trained, source, made_on=made_on), encoding="utf-8")
    return report
