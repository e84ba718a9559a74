"""The record of a run on a prepared table in MLflow: numbers, files and digests, never a row."""

from collections.abc import Mapping
from math import isfinite

from models.metrics.intervals import Interval
from models.registry import Registry, RunRecord
from training.evaluation.scorers import in_order
from training.prepared_table.run import TableResult
from training.prepared_table.spec import Time
from training.prepared_table.train import TableAnswer


def record_table(answer: TableAnswer, registry: Registry, code: str) -> RunRecord:
    """The run under the experiment `table-<name of the spec>`, its model as the next version of that name."""
    trained, bundle = answer.trained, answer.bundle
    return registry.log_training(
        f"{answer.source.table}-{bundle.digest[:8]}",
        experiment_of(answer.source.stem),
        params=parameters_of(trained),
        metrics=numbers(trained),
        bundle=bundle,
        code=code,
        reports=(answer.report,),
        tags={"data_version": answer.source.digest, "gate": "none"},
    )


def experiment_of(stem: str) -> str:
    """What a spec's experiment, and its registered model, is called."""
    return f"table-{stem}"


def parameters_of(trained: TableResult) -> dict[str, str | int | float]:
    """The spec's choices, and what a search found."""
    spec, split = trained.asked.spec, trained.asked.spec.split
    tested = " ".join(split.test) if isinstance(split, Time) else f"{split.k} folds"
    found = {} if trained.search is None else trained.search.parameters
    return {
        "split": split.kind,
        "split_column": spec.split_column or "",
        "tested": tested,
        "seeds": " ".join(map(str, trained.asked.seeds)),
        "replicates": trained.asked.terms.replicates,
        "label": f"{spec.label.column}: {' '.join(spec.label.positive)}",
        "features": len(trained.model.dictionary.entries),
        "rows": len(trained.prepared.examples),
        "protected_features": str(spec.protected_features),
        "search_trials": spec.search_trials,
        **{f"tuned_{name}": str(value) for name, value in found.items()},
    }


def numbers(trained: TableResult) -> dict[str, float]:
    """Every scorer's figures, the bounds of the model's, and its leads; a figure that does not exist is left out."""
    found = trained.measured
    estimates = {
        f"{scorer}_{name}": one.estimate
        for scorer in in_order(found.intervals)
        for name, one in found.intervals[scorer].items()
    }
    leads = [bounds(f"lead_over_{other}", held) for other, held in found.differences.items()]
    model = bounds("model", found.intervals["model"])
    every = {**estimates, **model, **{name: value for held in leads for name, value in held.items()}}
    return {name.replace("@", "_at_"): value for name, value in every.items() if isfinite(value)}


def bounds(prefix: str, found: Mapping[str, Interval]) -> dict[str, float]:
    """Figures with low and high."""
    return {
        f"{prefix}_{name}{end}": value
        for name, one in found.items()
        for end, value in (("", one.estimate), ("_low", one.low), ("_high", one.high))
    }
