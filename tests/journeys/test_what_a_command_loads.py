"""Help costs no more than reading settings: a command imports its work when it runs, and no other command's."""

import json
import os
import subprocess
import sys
from pathlib import Path

import ontrack
from docs.reference_commands import commands, root_command
from models.bundle.bundle import write_bundle
from models.bundle.signing import ensure_keys
from tests.models.bundle_examples import model_parts

LIBRARIES = (
    "alembic", "argon2", "babel", "cryptography", "dbos", "duckdb", "fairlearn", "fastapi", "ibis",
    "ibis.backends.sql.compilers", "jinja2", "lightgbm", "mlflow", "model_signing", "numpy", "optuna", "pandas",
    "psycopg", "py4j", "pyarrow", "pyspark", "scipy", "shap", "sklearn", "sqlalchemy", "structlog", "uvicorn",
    "woodelf",
)  # fmt: skip
"""What takes its time to import: everything but the libraries of settings and of the command line itself."""


def loaded_after(lines: list[str]) -> set[str]:
    """The libraries that are imported once the command line was asked for these, in one process."""
    program = f"""
import sys, ontrack
for line in {lines!r}:
    sys.argv = ["ontrack", *line.split()]
    try:
        ontrack.main()
    except SystemExit as ended:
        assert not ended.code, (line, ended.code)
"""
    return loaded_by(program)


def loaded_by(program: str) -> set[str]:
    """The libraries that are imported once a program has run."""
    told = f"{program}\nimport json, sys; print(json.dumps([name for name in {LIBRARIES!r} if sys.modules.get(name)]))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=120)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_help_of_no_command_loads_a_library() -> None:
    groups = [name for name, one in root_command().commands.items() if hasattr(one, "commands")]
    every = ["", *groups, *(one.name for one in commands())]
    assert len(every) > 25
    assert loaded_after([f"{name} --help" for name in every]) == set()


def test_scoring_and_serving_load_no_library_that_only_training_needs() -> None:
    """LightGBM, which loads scikit-learn and SciPy, comes with the first model that serves; a rule needs none.

    A server answers before it loads Ibis, which only live scores and single records need.
    """
    only_training = {
        "fairlearn",
        "lightgbm",
        "mlflow",
        "model_signing",
        "optuna",
        "scipy",
        "shap",
        "sklearn",
        "woodelf",
    }
    loaded = loaded_by("import serving.scoring.score_district")
    assert not loaded & {*only_training, "dbos", "fastapi", "uvicorn"}
    assert not loaded & {"alembic", "ibis.backends.sql.compilers", "psycopg"}, "what a run with warm scripts needs not"
    assert not loaded_by("import serving.server") & {*only_training, "dbos", "ibis"}


def test_the_process_that_asks_golden_predictions_loads_a_model_and_nothing_else(tmp_path: Path) -> None:
    """One is started for each new bundle with a model, by whoever trains, promotes or serves it."""
    bundle = write_bundle(tmp_path / "bundles", model_parts(), ensure_keys(tmp_path / "keys"), {})
    loaded = loaded_by(f"from models.bundle.golden_predictions import main; main({str(bundle.path)!r})")
    assert "lightgbm" in loaded
    assert not loaded & {"duckdb", "ibis", "sklearn"}


def test_a_command_computes_with_one_thread_of_blas() -> None:
    """More take ten times the processor time of a fit on small matrices, and change its last digits."""
    program = """
import sys, ontrack
sys.argv = ["ontrack", "features", "outcomes"]
try:
    ontrack.main()
except SystemExit:
    pass
import numpy, scipy.linalg
from threadpoolctl import threadpool_info
print(*(one["num_threads"] for one in threadpool_info() if one["internal_api"] == "openblas"))
"""
    given = {name: value for name, value in os.environ.items() if name != ontrack.ONE_BLAS_THREAD[0]}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=given, timeout=120)
    assert set(done.stdout.splitlines()[-1].split()) == {"1"}, done.stderr
