"""The registry: training runs and models in MLflow, for the data team; nothing that serves reads it."""

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from models.bundle.bundle import Bundle
from models.bundle.golden_predictions import golden_frame, parse_golden
from models.code_version import COMMIT
from models.estimators.risk_model import RiskModel
from models.mlflow_columns import fit_metrics, fit_params, importance_table

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.models import ModelSignature

MOST_METRICS = 200
EXAMPLE_ROWS = 5
TRACKING_URI = "MLFLOW_TRACKING_URI"
GIT_COMMIT = "mlflow.source.git.commit"
IMPORTANCE = "feature_importance.csv"
CHAMPION, CHALLENGER = "champion", "challenger"
ANONYMOUS_TAGS = {"mlflow.user": "ontrack", "mlflow.source.name": "ontrack train"}
"""Without these, MLflow notes who is signed in and a path of this machine."""


@dataclass(frozen=True)
class RunRecord:
    """MLflow's id of a run, and the version of the model it registered (None for a rule)."""

    run_id: str
    model_version: str | None


@dataclass(frozen=True)
class Registry:
    """An MLflow store: its address, and where files go where the address is a database (None: the server decides)."""

    tracking_uri: str
    artifacts: Path | None = None

    def log_training(
        self,
        run_name: str,
        experiment: str,
        *,
        params: Mapping[str, str | int | float],
        metrics: Mapping[str, float],
        bundle: Bundle,
        code: str,
        reports: Sequence[Path] = (),
        tags: Mapping[str, str] | None = None,
    ) -> RunRecord:
        """Logs one run: its numbers, the bundle's files, and a model's next version as challenger.

        `experiment` is `<district>-<outcome>`, and the name the model is registered under. `code` is the commit that
        ran, or the version of the package. Of a bundle that was written in this process, LightGBM's parameters, the
        rounds and the importance of features are logged too. No student's row is logged: the input example is made
        up. ValueError from 200 metrics on.
        """
        if len(metrics) >= MOST_METRICS:
            raise ValueError(f"{len(metrics)} metrics in one run; expected fewer than {MOST_METRICS}")
        with mlflow_client(self.tracking_uri) as client:
            import mlflow

            run = client.create_run(
                self.experiment_id(client, experiment),
                run_name=run_name,
                tags={**ANONYMOUS_TAGS, **code_tags(code), **bundle_tags(bundle), **(tags or {})},
            )
            with mlflow.start_run(run_id=run.info.run_id):
                mlflow.log_params({**params, "code_version": code})
                mlflow.log_metrics(dict(metrics))
                log_fit(bundle)
                mlflow.log_artifacts(str(bundle.path), "bundle")
                for report in reports:
                    mlflow.log_artifact(str(report), "report")
                registered = register_model(bundle, experiment)
            if registered is not None:
                client.set_registered_model_alias(experiment, CHALLENGER, registered)
            return RunRecord(run.info.run_id, registered)

    def mark_champion(self, name: str, model_version: str) -> None:
        """Moves the alias `champion` to that version of a registered model, which is then no challenger any more."""
        with mlflow_client(self.tracking_uri) as client:
            client.set_registered_model_alias(name, CHAMPION, model_version)
            if str(client.get_registered_model(name).aliases.get(CHALLENGER)) == model_version:
                client.delete_registered_model_alias(name, CHALLENGER)

    def follow(self, name: str, digest: str) -> str | None:
        """Moves the alias `champion` to the version of the bundle that serves now, and returns that version.

        None, and no champion, where that bundle is a rule or was not recorded in this store.
        """
        with mlflow_client(self.tracking_uri) as client:
            found = recorded_version(client, name, digest)
            if found is None and has_champion(client, name):
                client.delete_registered_model_alias(name, CHAMPION)
        if found is not None:
            self.mark_champion(name, found)
        return found

    def experiment_id(self, client: "MlflowClient", name: str) -> str:
        """The experiment of that name, made on first use."""
        found = client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        place = None if self.artifacts is None else self.artifacts.resolve().as_uri()
        return str(client.create_experiment(name, artifact_location=place))


def code_tags(code: str) -> dict[str, str]:
    """The code that ran; a commit also under the name by which MLflow shows one."""
    return {"code_version": code, **({GIT_COMMIT: code} if COMMIT.fullmatch(code) else {})}


def bundle_tags(bundle: Bundle) -> dict[str, str]:
    """Which bundle a run wrote."""
    return {"bundle": bundle.digest, "kind": bundle.kind}


def log_fit(bundle: Bundle) -> None:
    """Logs how the bundle's model was fitted to the run that is open; nothing of a rule."""
    fit = bundle.scorer.fit if isinstance(bundle.scorer, RiskModel) else None
    if fit is None:
        return
    import mlflow

    mlflow.log_params(fit_params(fit))
    mlflow.log_metrics(fit_metrics(fit))
    mlflow.log_text(importance_table(fit).to_csv(index=False), IMPORTANCE)


def registry_in(home: Path, tracking_uri: str = "") -> Registry:
    """The registry at an address, at that of `MLFLOW_TRACKING_URI`, or the one in a home folder where none is given."""
    address = tracking_uri or os.environ.get(TRACKING_URI, "")
    if address:
        return Registry(address)
    home.mkdir(parents=True, exist_ok=True)
    return Registry(f"sqlite:///{home.resolve() / 'mlflow.db'}", home / "mlartifacts")


def recorded_version(client: "MlflowClient", name: str, digest: str) -> str | None:
    """The newest version that a run with this bundle registered."""
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        return None
    runs = {run.info.run_id for run in client.search_runs([experiment.experiment_id], f"tags.bundle = '{digest}'")}
    versions = [int(v.version) for v in client.search_model_versions(f"name = '{name}'") if v.run_id in runs]
    return str(max(versions)) if versions else None


def has_champion(client: "MlflowClient", name: str) -> bool:
    """Whether a version of that registered model has the alias `champion`."""
    known = client.search_registered_models(f"name = '{name}'")
    return any(CHAMPION in model.aliases for model in known)


def register_model(bundle: Bundle, name: str) -> str | None:
    """Registers the bundle's trees as native text and returns the version; None for a rule."""
    if not isinstance(bundle.scorer, RiskModel):
        return None
    import mlflow.lightgbm

    example = input_example(bundle)
    info = mlflow.lightgbm.log_model(
        bundle.scorer.booster,
        name="model",
        registered_model_name=name,
        signature=model_signature(example),
        input_example=example,
        pip_requirements=[f"lightgbm=={version('lightgbm')}"],  # else MLflow loads the model to find out
        tags={**ANONYMOUS_TAGS, "bundle": bundle.digest},
    )
    return str(info.registered_model_version)


def input_example(bundle: Bundle) -> pd.DataFrame:
    """A few of the bundle's made-up rows, encoded as the trees take them."""
    golden = parse_golden((bundle.path / "golden.json").read_bytes())
    rows = bundle.dictionary.encode(golden_frame(golden, bundle.dictionary)[:EXAMPLE_ROWS])
    return pd.DataFrame(rows, columns=bundle.dictionary.names)


def model_signature(example: pd.DataFrame) -> "ModelSignature":
    """One number for each feature in, one number out."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema, TensorSpec

    columns: list[ColSpec | TensorSpec] = [ColSpec("double", str(name)) for name in example.columns]
    return ModelSignature(inputs=Schema(columns), outputs=Schema([ColSpec("double")]))


@contextmanager
def mlflow_client(tracking_uri: str) -> Iterator["MlflowClient"]:
    """A client of the store, without MLflow's telemetry and its output on stderr."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    with silenced():
        import mlflow

        before, said = mlflow.get_tracking_uri(), os.environ.get(TRACKING_URI)
        mlflow.set_tracking_uri(tracking_uri)
        try:
            yield mlflow.MlflowClient(tracking_uri)
        finally:
            mlflow.set_tracking_uri(before)  # which MLflow writes into the environment too
            if said is None:
                os.environ.pop(TRACKING_URI, None)
            else:
                os.environ[TRACKING_URI] = said


@contextmanager
def silenced() -> Iterator[None]:
    """Silences MLflow, and the database tools below it, meanwhile."""
    with warnings.catch_warnings():
        # what MLflow does inside, with the newest versions of what it stands on; there is nothing to do here
        warnings.filterwarnings("ignore", "The ``noload`` loader strategy is deprecated")
        warnings.filterwarnings("ignore", "Operation with range is deprecated")
        warnings.filterwarnings("ignore", ".*Any type hint is inferred as AnyType")
        with redirect_stderr(StringIO()):  # MLflow turns its own switch for this back on
            yield
