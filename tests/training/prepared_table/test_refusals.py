"""Tables and specs that cannot be used: one sentence that names the place and what to do."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from features.errors import Refused
from features.progress import quietly
from tests.training.prepared_table.test_prepared_table import FEW_FOLDS, MADE_ON, SPEC, made_table, run
from training.prepared_table.file import read_table
from training.prepared_table.spec import load_spec
from training.prepared_table.train import train_table


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ('lable = { column = "ended", positive = ["off"] }', "lable: unknown key; did you mean 'label'"),
        ('label = { colum = "ended", positive = ["off"] }', "label.colum: unknown key; did you mean 'column'"),
        ('label = { column = "ended", positive = [] }', "label.positive"),
        ('label = { column = "ended", positive = [["off"]] }', "label.positive.0: .*expected a text"),
        (SPEC + 'split = { kind = "fold" }', "split: .*'folds', 'groups', 'time'"),
        (SPEC + 'split = { kind = "folds", k = 1 }', "split.folds.k: .*greater than or equal to 2"),
        (SPEC + 'split = { kind = "folds", seed = [1] }', "split.folds.seed: unknown key; did you mean 'seeds'"),
        (SPEC + 'split = { kind = "time", column = "year" }', "split.time.test: Field required"),
        (SPEC.replace("[15, 16]", "[16, 15]"), r"subgroups.age.cuts: .*rising numbers"),
        (SPEC.replace("cuts", "cut"), "subgroups.age.cut: unknown key; did you mean 'cuts'"),
        (SPEC + "search_trials = -1", "search_trials: .*greater than or equal to 0"),
        (
            SPEC + 'school = "ward"\nsplit = { kind = "groups", column = "ward" }',
            "no school that is judged was learned from: leave out `school`",
        ),
        (SPEC + 'features = ["absent"]', "give `features` or `exclude`, not both"),
        ("label = ", "not TOML"),
    ],
)
def test_a_spec_that_cannot_be_used_is_refused_with_its_place(tmp_path: Path, spec: str, said: str) -> None:
    (tmp_path / "spec.toml").write_text(spec, encoding="utf-8")
    with pytest.raises(Refused, match=said) as refused:
        load_spec(tmp_path / "spec.toml")
    assert refused.value.exit_code == 2
    assert "spec.toml" in str(refused.value)


def test_a_spec_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no such file"):
        load_spec(tmp_path / "spec.toml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"ended"', '"endde"', "label: no column 'endde' in the table; did you mean 'ended'"),
        ('"who"', '"xyz"', "id: no column 'xyz' in the table; it has: who, year"),
        ('id = "who"', 'id = "who"\nschool = "shool"', "school: no column 'shool'.*did you mean 'school'"),
        ('id = "who"', 'id = "who"\nschool = "absent"', "column 'absent' is empty in .* rows"),
        ('= "language"', '= "langauge"', "subgroups.language: no column 'langauge'.*did you mean 'language'"),
        ('["secret_*"]', '["secrets_*"]', "no column matches 'secrets_*'"),
        ('["off"]', '["Off", "gone"]', "label: no row of column 'ended' is Off, gone; it holds: o"),
        ('["off"]', '["off", "on"]', "every row of column 'ended' is off, on; the label has one class"),
        ('column = "age"', 'column = "program"', "column 'program' has cuts, but its values are not numbers"),
        ('exclude = ["secret_*"]', 'exclude = ["*"]', "no feature is left"),
        ('exclude = ["secret_*"]', 'features = ["age"]', "column 'age' is .* set protected_features = true"),
        ('exclude = ["secret_*"]', 'features = ["ended"]', "column 'ended' is the id, the label"),
    ],
)
def test_a_spec_that_does_not_fit_the_table_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SPEC
    with pytest.raises(Refused, match=said.replace("*'", r"\*'")) as refused:
        run(tmp_path, made_table(), SPEC.replace(old, new) + FEW_FOLDS)
    assert refused.value.exit_code == 3


@pytest.mark.parametrize(
    ("split", "said"),
    [
        ('{ kind = "time", column = "year", test = [2031] }', "no row of column 'year' is 2031; it holds: 2020, 2021"),
        ('{ kind = "time", column = "year", test = [2020] }', "no row of column 'year' is before"),
        ('{ kind = "time", column = "term", test = [1] }', "split: no column 'term'"),
        ('{ kind = "groups", column = "school", k = 9 }', "4 students or groups cannot be dealt into 9 folds"),
        ('{ kind = "groups", column = "absent", k = 2 }', "column 'absent' is empty in .* rows"),
    ],
)
def test_a_split_that_the_table_does_not_allow_is_refused(tmp_path: Path, split: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        run(tmp_path, made_table(), f"{SPEC}split = {split}\n")


def test_too_few_rows_for_the_folds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be dealt into 5 folds"):
        run(tmp_path, made_table(8).assign(ended=["off", "on"] * 4), SPEC)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b,a\n1,2,3\n", "two columns are named 'a'"),
        (b",a,b\n0,1,2\n", "column 1 has no name"),
        (b"a,b\n1,2\n1,2,3\n", r"row 2 \(line 3\) has 3 values, the header 2"),
        (b"a,b\n1,2\n1\n", r"row 2 \(line 3\) has 1 values, the header 2"),
        (b'a,b\n"x\ny",2\n1\n', r"row 2 \(line 4\)"),
        (b"a\n1\n", "no separator in the header line"),
        (b"", "no separator in the header line"),
        (b"a,b\n", "no rows below the header"),
        (b"a,b\n\xff\xfe,1\n", "not UTF-8"),
        (gzip.compress(b"a,b\n1,2\n" * 500, mtime=0)[:-30], "cut off or damaged"),
        (b"PAR1 and nothing else", "not readable as Parquet"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_place(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "table.csv").write_bytes(content)
    with pytest.raises(Refused, match=said) as refused:
        read_table(tmp_path / "table.csv")
    assert str(tmp_path / "table.csv") in str(refused.value)


def test_a_file_that_is_not_there_or_not_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"absent.csv: cannot be read"):
        read_table(tmp_path / "absent.csv")
    (tmp_path / "table.parquet").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(Refused, match="not readable as Parquet"):
        read_table(tmp_path / "table.parquet")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (pd.Series([float("inf")] + [1.0] * 299), "column 'extra' has an infinite value"),
        (pd.Series(pd.date_range("2020-01-01", periods=300)), "column 'extra' holds neither numbers"),
        (pd.Series([[1, 2]] * 300), "column 'extra' holds neither numbers"),
    ],
)
def test_a_column_that_is_no_feature_is_refused(tmp_path: Path, values: pd.Series, said: str) -> None:
    made_table().assign(extra=values).to_parquet(tmp_path / "table.parquet")
    (tmp_path / "spec.toml").write_text(SPEC + FEW_FOLDS, encoding="utf-8")
    table, spec, home = (tmp_path / name for name in ("table.parquet", "spec.toml", "home"))
    with pytest.raises(Refused, match=said):
        train_table(table, spec, home, made_on=MADE_ON, progress=quietly)
    assert not home.exists()
