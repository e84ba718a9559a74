"""MLflow's own scoring server on the model of a bundle: the peer of live scores."""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.servers import HOST, STOP_WITHIN, free_port, wait_until_ready
from models.bundle.bundle import Bundle
from models.estimators.risk_model import RiskModel
from models.registry import input_example, model_signature


def save_model(bundle: Bundle, folder: Path) -> None:
    """Writes a bundle's trees as MLflow's registry has them. TypeError for the bundle of a rule."""
    if not isinstance(bundle.scorer, RiskModel):
        raise TypeError("a rule is no model of MLflow's")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of MLflow's own
        import mlflow.lightgbm

        signature = model_signature(input_example(bundle))
        mlflow.lightgbm.save_model(bundle.scorer.booster, folder, signature=signature, pip_requirements=["lightgbm"])


def asked_rows(bundle: Bundle, rows: int) -> bytes:
    """A request for so many rows, as MLflow documents it: the features are ready, no record is read."""
    example = input_example(bundle)[:1]
    content = {"columns": list(example.columns), "data": example.values.tolist() * rows}
    return json.dumps({"dataframe_split": content}).encode()


@contextmanager
def serving_model(folder: Path, log: Path) -> Iterator[int]:
    """The port of `mlflow models serve` in this environment, once it answers."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("mlflow")), "models", "serve", "--model-uri", str(folder)]
    options = ["--env-manager", "local", "--host", HOST, "--port", str(port), "--workers", "1"]
    own = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    own["PATH"] = f"{Path(sys.executable).parent}:{own['PATH']}"
    with log.open("w") as written:
        process = subprocess.Popen(
            [*command, *options], env=own, stdout=written, stderr=written, start_new_session=True
        )
        try:
            wait_until_ready(port, "/ping")
            yield port
        finally:
            os.killpg(process.pid, 15)
            process.communicate(timeout=STOP_WITHIN)
