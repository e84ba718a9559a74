"""The whole shape of `train-table --json`: every key at every depth, as scripts rely on it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ontrack
from tests.training.prepared_table.test_prepared_table import FEW_FOLDS, SPEC, fitted, made_table

INTERVAL = {"estimate": 0, "low": 0, "high": 0}
AT = {"0.05": 0, "0.10": 0, "0.15": 0, "0.20": 0}
METRICS = {
    "roc_auc": 0, "pr_auc": 0, "brier": 0, "calibration_error": 0, "precision_at": AT, "recall_at": AT,
}  # fmt: skip
LENGTHS = ("0.050", "0.100", "0.150", "0.200")
LISTED = [f"{what}@{length}" for what in ("precision", "recall", "lift") for length in LENGTHS]
FIGURES = [
    "roc_auc", "pr_auc", "brier", "calibration_error", "calibration_slope", "calibration_intercept", *LISTED,
]  # fmt: skip
LEADS = ["roc_auc", "pr_auc", "brier", *(name for name in LISTED if not name.startswith("lift"))]
SUBGROUP = {
    "n": 0, "share_off_track": 0, "mean_risk": 0, "selection_rate": 0, "recall": 0, "false_positive_rate": 0,
    "false_discovery_rate": 0,
}  # fmt: skip
SUPPRESSED = {"suppressed": 0}
RATES = ("selection_rate", "recall", "false_positive_rate", "false_discovery_rate")
GROUP = {
    "name": 0, "n": 0, "off_track": 0, "listed": 0, "figures": {"*": INTERVAL}, "curve": {"*": [INTERVAL]},
    "against": {"*": {"difference": INTERVAL, "ratio": INTERVAL, "chance": 0, "corrected": 0}},
}  # fmt: skip
TABLE = {"of": 0, "crossed": 0, "reference": 0, "groups": [GROUP], "untold": [0]}
LIST = {
    "n": 0, "off_track": 0, "listed": 0, "capacity": 0, "capacities": [0], "least": 0, "tables": [TABLE],
}  # fmt: skip
CHECK = {"code": 0, "title": 0, "verdict": 0, "says": 0}
LEAK = {
    "feature": 0, "in_training": 0, "in_test": 0, "reading": 0, "marked": 0, "missing": 0, "categories": [0],
}  # fmt: skip
SCORERS = ("model", "logistic")
ANSWER = {
    "says": [0],
    "rows": 0,
    "positives": 0,
    "metrics": dict.fromkeys(SCORERS, METRICS),
    "intervals": dict.fromkeys(SCORERS, dict.fromkeys(FIGURES, INTERVAL)),
    "differences": {"logistic": dict.fromkeys(LEADS, INTERVAL)},
    "reliability": {name: [{"n": 0, "mean_risk": 0, "share": 0}] for name in SCORERS},
    "with_protected": {"metrics": METRICS, "lead": dict.fromkeys(("precision", "recall", "roc_auc"), INTERVAL)},
    "leaks": [LEAK],
    "periods": [],
    "search": 0,
    "subgroups": {
        "language": {
            "English": SUBGROUP,
            "Lao / Spanish": SUBGROUP,
            "Lao": SUPPRESSED,
            "Spanish": SUPPRESSED,
        },
        "age": dict.fromkeys(("< 15", "15 to < 16", ">= 16"), SUBGROUP),
    },
    "audit": {"list": LIST, "checks": [CHECK]},
    "bundle": 0,
    "report": 0,
    "mlflow_run": 0,
}
"""Keys; a list has the shape of each of its entries, and 0 stands for any value."""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the command prints, on a table with a column that knows the end."""
    folder = tmp_path_factory.mktemp("json")
    table, spec, settings = (str(folder / name) for name in ("table.csv", "spec.toml", "ontrack.toml"))
    Path(settings).write_text(f'home = "{folder / "home"}"\n[gate]\nreplicates = 200\n', encoding="utf-8")
    Path(spec).write_text(SPEC.replace("secret_*", "nothing") + FEW_FOLDS, encoding="utf-8")
    made_table().assign(nothing=0).to_csv(table, index=False)
    done = CliRunner().invoke(ontrack.app, ["--config", settings, "train-table", table, spec, "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def misshapen(said: object, shape: object, at: str = "") -> list[str]:
    """Where what is said has another shape; null may stand for anything."""
    if said is None:
        return []
    if isinstance(shape, dict):
        return misshapen_keys(said, shape, at) if isinstance(said, dict) else [f"{at} is {said!r}"]
    if isinstance(shape, list):
        listed = enumerate(said) if isinstance(said, list) else [(0, said)]
        return [miss for place, one in listed for miss in misshapen(one, shape[0], f"{at}[{place}]")]
    return [f"{at} is {said!r}"] if isinstance(said, dict | list) else []


def misshapen_keys(said: dict[str, object], shape: dict[str, object], at: str) -> list[str]:
    """Keys that are too many or missing, and what is below the others; `*` allows any key."""
    expected = dict.fromkeys(said, shape["*"]) if "*" in shape else shape
    differ = [f"{at}.{key}" for key in said.keys() ^ expected.keys()]
    below = said.keys() & expected.keys()
    return [*differ, *(miss for key in below for miss in misshapen(said[key], expected[key], f"{at}.{key}"))]


def test_every_key_of_the_answer_is_the_one_that_scripts_rely_on(printed: str) -> None:
    said = json.loads(printed)
    assert misshapen(said, ANSWER) == []
    assert [key for key in ("leaks", "says", "reliability") if not said[key]] == []
    for table in said["audit"]["list"]["tables"]:
        alone = set() if table["crossed"] else {"calibration_gap", "roc_auc"}
        for group in table["groups"]:
            assert group["figures"].keys() == {"share_off_track", *RATES} | alone
            assert group["curve"].keys() == (set() if table["crossed"] else set(RATES))


def test_figures_of_subgroups_are_those_of_the_audit_and_small_ones_are_suppressed(printed: str) -> None:
    said = json.loads(printed)
    (age,) = [table for table in said["audit"]["list"]["tables"] if table["of"] == "age"]
    for group in age["groups"]:
        figures, cell = group["figures"], said["subgroups"]["age"][group["name"]]
        assert cell["n"] == group["n"]
        for name in ("share_off_track", *RATES):
            assert cell[name] == (figures[name] and figures[name]["estimate"]), name
        gap = figures["share_off_track"]["estimate"] - cell["mean_risk"]
        assert gap == pytest.approx(figures["calibration_gap"]["estimate"])
    assert said["subgroups"]["language"]["Lao"] == {"suppressed": True}


def test_a_run_without_subgroups_has_none_in_its_answer(tmp_path: Path) -> None:
    assert fitted(tmp_path, made_table(), SPEC[: SPEC.index("subgroups")] + FEW_FOLDS).as_json()["subgroups"] == {}
