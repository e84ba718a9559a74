"""`train-table` on a small made table: every kind of split, every separator, the same answer twice."""

import gzip
import io
import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from features.progress import quietly
from models.bundle.bundle import open_bundle
from models.bundle.signing import load_public_key
from training.prepared_table.card import card_of
from training.prepared_table.console import print_answer
from training.prepared_table.examples import prepare
from training.prepared_table.file import read_table
from training.prepared_table.run import TableRequest, TableResult, Terms
from training.prepared_table.spec import load_spec
from training.prepared_table.train import TableAnswer, fit_and_evaluate_table, train_table

SPEC = """
id = "who"
label = { column = "ended", positive = ["off"] }
exclude = ["secret_*"]
subgroups = { language = "language", age = { column = "age", cuts = [15, 16] } }
"""
FEW_FOLDS = 'split = { kind = "folds", k = 2, seeds = [0] }\n'
BY_YEAR = 'split = { kind = "time", column = "year", test = [2022] }\n'
SAID = {
    "says", "rows", "positives", "metrics", "intervals", "differences", "reliability", "with_protected", "leaks",
    "periods", "search", "subgroups", "audit", "bundle", "report",
}  # fmt: skip
"""What the answer of a split by folds holds; one by time also has `share_off_track`."""
MADE_ON = date(2026, 11, 20)
FEW_DRAWS = Terms(replicates=200)
FITTED: dict[str, TableResult] = {}
"""What was trained in this process, by table and spec."""


def made_table(rows: int = 300) -> pd.DataFrame:
    """Students with absences, a program, missing values, and a column that gives the label away."""
    rng = np.random.default_rng(4)
    absent = rng.beta(1.2, 8, rows).round(3)
    off = rng.random(rows) < 1 / (1 + np.exp(-(14 * absent - 2.5)))
    return pd.DataFrame(
        {
            "who": [f"s{i // 2}" for i in range(rows)],
            "year": 2020 + np.arange(rows) % 3,
            "school": rng.choice(["North", "South", "East", "West"], rows),
            "absent": np.where(rng.random(rows) < 0.1, np.nan, absent),
            "moved": rng.choice(["true", "false"], rows),
            "program": rng.choice(["arts", "crafts", "music, dance"], rows),
            "secret_code": off.astype(int),
            "language": rng.choice(["English", "Spanish", "Lao"], rows, p=[0.6, 0.38, 0.02]),
            "age": rng.integers(14, 18, rows),
            "ended": np.where(off, "off", "on"),
        }
    )


def run(folder: Path, frame: pd.DataFrame, spec: str) -> TableAnswer:
    """The answer for a table written as CSV and a spec."""
    frame.to_csv(folder / "table.csv", index=False)
    (folder / "spec.toml").write_text(spec, encoding="utf-8")
    home = folder / "home"
    return train_table(
        folder / "table.csv", folder / "spec.toml", home, made_on=MADE_ON, progress=quietly, terms=FEW_DRAWS
    )


def fitted(folder: Path, frame: pd.DataFrame, spec: str) -> TableResult:
    """What is trained on a table, without the bundle; once in a process, but where a search leaves files."""
    asked = f"{frame.dtypes.to_dict()} {pd.util.hash_pandas_object(frame).tolist()} {spec}"
    if asked not in FITTED or "search_trials" in spec:
        FITTED[asked] = fit(folder, frame, spec)
    return FITTED[asked]


def fit(folder: Path, frame: pd.DataFrame, spec: str) -> TableResult:
    """What is trained on a table now."""
    (folder / "spec.toml").write_text(spec, encoding="utf-8")
    asked = load_spec(folder / "spec.toml")
    return fit_and_evaluate_table(
        prepare(frame, asked), TableRequest(asked, folder / "searches", "made", FEW_DRAWS), quietly
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("table")


@pytest.fixture(scope="module")
def answer(folder: Path) -> TableAnswer:
    return run(folder, made_table(), SPEC + FEW_FOLDS)


def test_the_answer_has_the_shape_that_scripts_rely_on(answer: TableAnswer) -> None:
    frame, said = made_table(), json.loads(json.dumps(answer.as_json(), allow_nan=False))
    figures = {"roc_auc", "pr_auc", "brier", "calibration_error", "precision_at", "recall_at"}
    assert set(said) == SAID
    assert (said["rows"], said["positives"]) == (300, int((frame["ended"] == "off").sum()))
    assert set(said["metrics"]) == {"model", "logistic"}
    assert all(set(one) == figures for one in said["metrics"].values())
    assert set(said["metrics"]["model"]["precision_at"]) == {"0.05", "0.10", "0.15", "0.20"}
    groups = {one["of"]: [group["name"] for group in one["groups"]] for one in said["audit"]["list"]["tables"]}
    assert groups["age"] == ["< 15", "15 to < 16", ">= 16"]
    assert "Lao" not in groups["language"]
    assert any("Lao / " in name or " / Lao" in name for name in groups["language"])
    assert {check["code"] for check in said["audit"]["checks"]} >= {"EWS101", "EWS107"}
    assert 0.55 < said["metrics"]["model"]["roc_auc"] < 0.95


def test_the_bundle_opens_and_holds_the_features_but_no_other_column(answer: TableAnswer, folder: Path) -> None:
    bundle = open_bundle(answer.bundle.path, load_public_key(folder / "home" / "keys"))
    assert bundle.dictionary.names == ["year", "school", "absent", "moved", "program"]
    assert set(bundle.dictionary.entry("program").categories) == {"arts", "crafts", "music, dance"}
    assert [bundle.dictionary.entry(name).kind for name in ("absent", "moved")] == ["number", "boolean"]
    assert "No protected attribute is a feature" in bundle.card
    assert bundle.path.parent == folder / "home" / "bundles"


def test_the_same_table_and_spec_give_the_same_bundle_in_any_order_of_rows(answer: TableAnswer, tmp_path: Path) -> None:
    mixed = run(tmp_path, made_table().sample(frac=1, random_state=3), SPEC + FEW_FOLDS)
    assert mixed.bundle.digest == answer.bundle.digest


def test_protected_features_are_let_in_when_asked_and_the_card_says_so(tmp_path: Path) -> None:
    trained = fitted(tmp_path, made_table(), "protected_features = true\n" + SPEC + FEW_FOLDS)
    assert {"language", "age"} <= set(trained.model.dictionary.names)
    assert "Protected columns are features, as the spec asked: language, age." in card_of(trained, "made")


def test_a_split_by_time_learns_from_before_and_judges_the_listed_values(tmp_path: Path) -> None:
    trained = fitted(tmp_path, made_table(), SPEC + BY_YEAR)
    assert trained.figures["model"].n == 100
    assert "year" not in trained.model.dictionary.names
    assert "the rows whose year is 2022, by a model of the rows before them" in card_of(trained, "made")


def test_rows_after_the_earliest_test_value_teach_nothing(tmp_path: Path) -> None:
    spec = SPEC + 'split = { kind = "time", column = "year", test = [2021] }\n'
    frame = made_table()
    changed = frame.assign(absent=frame["absent"].where(frame["year"] < 2022, 0.5))
    assert fitted(tmp_path, frame, spec).figures == fitted(tmp_path, changed, spec).figures


def test_a_split_by_groups_holds_whole_groups_out(tmp_path: Path) -> None:
    spec = SPEC + 'split = { kind = "groups", column = "school", k = 4, seeds = [0] }\n'
    trained = fitted(tmp_path, made_table(), spec)
    assert trained.figures["model"].n == 300
    assert "school" not in trained.model.dictionary.names


def test_a_table_without_groups_is_trained_on_and_the_card_says_so(tmp_path: Path) -> None:
    trained = fitted(tmp_path, made_table(), SPEC[: SPEC.index("subgroups")] + FEW_FOLDS)
    assert trained.audit.list.tables == ()
    assert "No groups are recorded for these students" in card_of(trained, "made")


def test_only_listed_features_are_used(tmp_path: Path) -> None:
    spec = SPEC.replace('exclude = ["secret_*"]', 'features = ["abs*", "moved"]') + FEW_FOLDS
    assert fitted(tmp_path, made_table(), spec).model.dictionary.names == ["absent", "moved"]


def test_rows_without_a_label_are_left_out_and_counted(tmp_path: Path) -> None:
    frame = made_table()
    frame.loc[:19, "ended"] = None
    trained = fitted(tmp_path, frame, SPEC + FEW_FOLDS)
    assert trained.figures["model"].n == 280
    assert "20 rows without a label were left out." in card_of(trained, "made")


def test_a_person_reads_figures_groups_and_where_the_bundle_is(answer: TableAnswer) -> None:
    page = io.StringIO()
    print_answer(answer, Console(file=page, width=120))
    for said in ("roc auc", "logistic", "By language", "EWS101", str(answer.bundle.path), str(answer.report)):
        assert said in page.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "^"])
@pytest.mark.parametrize("zipped", [False, True])
def test_every_separator_is_found_in_the_header_line(tmp_path: Path, separator: str, zipped: bool) -> None:
    text = "\ufeff" + made_table(20).to_csv(index=False, sep=separator)
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(text.encode()) if zipped else text.encode())
    frame = read_table(path)
    assert list(frame) == list(made_table(1))
    assert frame["program"].tolist() == made_table(20)["program"].tolist()
    assert frame["absent"].isna().tolist() == made_table(20)["absent"].isna().tolist()


def test_a_separator_inside_quotes_in_the_header_is_none(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('"a, b, or c";d\n1;2\n')
    assert list(read_table(tmp_path / "t.csv")) == ["a, b, or c", "d"]


def test_decimal_commas_are_read_where_semicolons_separate(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a;b\n1,5;x,y\n2;z\n")
    frame = read_table(tmp_path / "t.csv")
    assert frame["a"].tolist() == ["1.5", "2"]
    assert frame["b"].tolist() == ["x,y", "z"]


def test_parquet_gives_the_same_figures_as_csv(answer: TableAnswer, tmp_path: Path) -> None:
    frame = made_table()
    typed = frame.assign(moved=frame["moved"] == "true", program=frame["program"].astype("category"))
    typed.to_parquet(tmp_path / "table.parquet")
    trained = fitted(tmp_path, read_table(tmp_path / "table.parquet"), SPEC + FEW_FOLDS)
    assert (trained.figures, trained.model) == (answer.trained.figures, answer.trained.model)


@pytest.mark.parametrize(
    ("off", "on", "positive"), [(1, 0, "1"), (1.0, 0.0, "1"), (True, False, "true"), (True, False, '"True"')]
)
def test_numbers_and_booleans_are_labels_too(tmp_path: Path, off: float, on: float, positive: str) -> None:
    ended = made_table()["ended"] == "off"
    (tmp_path / "spec.toml").write_text(SPEC.replace('"off"', positive), encoding="utf-8")
    coded = made_table().assign(ended=np.where(ended, off, on))
    prepared = prepare(coded, load_spec(tmp_path / "spec.toml"))
    assert prepared.examples.label.tolist() == ended.tolist()
