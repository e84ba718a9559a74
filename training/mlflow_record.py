"""A training run in MLflow: numbers, files and digests, never a student."""

from pathlib import Path

from features.atomic_files import file_lock
from features.settings import Settings
from models.code_version import code_version
from models.registry import RunRecord, registry_in
from training.audit.run import AuditResult
from training.district_card import NAMED
from training.gate.bounds import primary_of
from training.run_result import RunResult
from training.train import TrainedBundles
from training.training_result import TrainingResult


def record_run(settings: Settings, trained: TrainedBundles, reports: tuple[Path, ...]) -> RunRecord:
    """The run in MLflow, one experiment per district and outcome: numbers, files and digests, never a student."""
    with file_lock(settings.home / ".mlflow.lock"):  # two at once would both create MLflow's database
        return log_run(settings, trained, reports)


def log_run(settings: Settings, trained: TrainedBundles, reports: tuple[Path, ...]) -> RunRecord:
    """The run in MLflow, while nobody else records one in this home."""
    result, training, gate = trained.result.main, settings.training, settings.gate
    registry = registry_in(settings.home, training.experiment_tracking)
    bundle = trained.model or trained.rule
    return registry.log_training(
        f"{result.basis.split.test}-{bundle.digest[:8]}",
        experiment_of(result.request.district.id, result.request.outcome.name),
        params={
            "seed": training.seed,
            "as_of": " ".join(training.as_of),
            "train_years": " ".join(map(str, result.basis.split.train)),
            "test_year": result.basis.split.test,
            "primary_figure": primary_of(gate),
            **{f"gate_{name}": value for name, value in gate.model_dump().items()},
            "feature_set": bundle.feature_set,
        },
        metrics={**numbers(result), **numbers_by_week(trained.result)},
        bundle=bundle,
        code=code_version(),
        reports=reports,
        tags={
            "data_version": result.basis.data_version,
            "gate": trained.result.verdict,
            **{f"gate_{one.part.name}": one.gate.verdict for one in trained.result.parts},
        },
    )


def experiment_of(district_id: str, outcome: str) -> str:
    """What a district's experiment, and its registered model, is called."""
    return f"{district_id}-{outcome}"


def numbers(result: TrainingResult) -> dict[str, float]:
    """The figures that MLflow keeps, by scorer and name."""
    kept = ("roc_auc", "pr_auc", "brier", "calibration_error")
    found = {
        f"{scorer}_{name}": float(getattr(figures, name)) for scorer, figures in result.figures.items() for name in kept
    }
    at = result.request.settings.gate.capacity
    for scorer, figures in result.figures.items():
        found[f"{scorer}_precision_at_capacity"] = figures.precision_at[at]
        found[f"{scorer}_recall_at_capacity"] = figures.recall_at[at]
    return {**found, **audit_numbers(result.audited)}


def numbers_by_week(run: RunResult) -> dict[str, float]:
    """ROC AUC and calibration gap of the model by school week of the scoring date."""
    dates = [date for one in run.parts for date in one.slices if date.gap]
    found = {f"model_roc_auc_week_{date.week:02d}": date.auc for date in dates}
    return {**found, **{f"model_gap_week_{date.week:02d}": date.gap.estimate for date in dates if date.gap}}


def audit_numbers(audited: AuditResult | None) -> dict[str, float]:
    """What MLflow keeps of an audit: how many checks name something, and each attribute's widest gap in recall."""
    if audited is None:
        return {}
    gaps = {of: [gap.estimate for gap in found.values() if gap] for of, found in audited.recall_gaps().items()}
    widest = {f"audit_widest_recall_gap_{of.replace(' ', '_')}": min(those) for of, those in gaps.items() if those}
    return {"audit_named": float(sum(check.verdict in NAMED for check in audited.checks)), **widest}
