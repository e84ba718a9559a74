"""A real MLflow server on loopback: the run, the registered model, and the same answers without a line of ours."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from models.bundle.bundle import Bundle, write_bundle
from models.bundle.signing import ensure_keys
from models.registry import registry_in
from tests.models.bundle_examples import made_model, model_parts
from tests.models.row_examples import made_examples

STARTS_WITHIN = 90
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
"""No telemetry, and no processes for jobs of the server, which a store of runs does not need."""

SERVER = """
import os, sys
from mlflow.server import constants as said
folder, port = sys.argv[1:]
os.environ[said.BACKEND_STORE_URI_ENV_VAR] = f"sqlite:///{folder}/runs.db"
os.environ[said.ARTIFACTS_DESTINATION_ENV_VAR] = f"{folder}/artifacts"
os.environ[said.ARTIFACT_ROOT_ENV_VAR] = "mlflow-artifacts:/"
os.environ[said.SERVE_ARTIFACTS_ENV_VAR] = "true"
import uvicorn
uvicorn.run("mlflow.server.fastapi_app:app", host="127.0.0.1", port=int(port))
"""
"""What `mlflow server` starts in a second process, after loading all of it in a first one."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a tracking server with a store and artifacts of its own."""
    folder, address = tmp_path_factory.mktemp("server"), f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-c", SERVER, str(folder), address.rpartition(":")[2]]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **QUIET}, cwd=folder)
    try:
        wait_for(f"{address}/health")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(address: str) -> None:
    """Returns once the server answers."""
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        try:
            if httpx.get(address).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    pytest.fail(f"no tracking server within {STARTS_WITHIN} s")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    home = tmp_path_factory.mktemp("home")
    return write_bundle(home / "bundles", model_parts(), ensure_keys(home / "keys"), {})


def test_a_run_on_a_tracking_server_is_registered_and_mlflow_gives_the_same_risks(
    server: str, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    registry = registry_in(tmp_path / "home")
    assert registry.tracking_uri == server
    record = registry.log_training(
        "2026-test", "harbor-outcome", params={"seed": 7}, metrics={"model_roc_auc": 0.8}, bundle=bundle, code="1"
    )
    assert record.model_version == "1"
    assert not (tmp_path / "home").exists()
    kept = mlflow_run(server, record.run_id)
    assert kept["lightgbm_num_leaves"] == "7"
    assert float(kept["lightgbm_rounds"]) > 1
    answers = predicted(server, "models:/harbor-outcome@challenger", tmp_path)
    rows = made_examples(50, seed=9).features
    expected = expit(made_model().margin(rows))
    assert np.abs(np.array(answers) - expected).max() <= 1e-9


def mlflow_run(server: str, run_id: str) -> dict[str, str | float]:
    """What the server shows of a run: parameters and metrics by name."""
    found = httpx.get(f"{server}/api/2.0/mlflow/runs/get", params={"run_id": run_id}).json()["run"]["data"]
    return {one["key"]: one["value"] for one in (*found["params"], *found["metrics"])}


def predicted(server: str, model: str, folder: Path) -> list[float]:
    """What MLflow's generic model answers for 50 made-up rows, in a process that loads none of our code."""
    rows = made_examples(50, seed=9)
    pd.DataFrame(rows.matrix(), columns=rows.dictionary.names).to_json(
        folder / "rows.json", orient="split", double_precision=15
    )
    program = """
import json, sys
import mlflow, pandas
rows = pandas.read_json("rows.json", orient="split", precise_float=True, dtype="float64")
print(json.dumps(mlflow.pyfunc.load_model(sys.argv[1]).predict(rows).tolist()))
assert not {"features", "models", "training"} & set(sys.modules)
"""
    environment = {**os.environ, **QUIET, "MLFLOW_TRACKING_URI": server}
    ran = subprocess.run(
        [sys.executable, "-I", "-c", program, model],
        capture_output=True, text=True, cwd=folder, env=environment, timeout=200, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-1000:]
    answers: list[float] = json.loads(ran.stdout.splitlines()[-1])
    return answers
