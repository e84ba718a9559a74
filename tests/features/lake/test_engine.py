"""The engine of the settings: what is said where Spark is missing, and that nobody else needs it."""

import importlib.util
import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import ibis
import pandas as pd
import pytest

from features.definitions.catalog import FEATURE_SETS
from features.engine.compilation import Steps, compile_script
from features.engine.dialect import compiling_for, current_dialect
from features.engine.duckdb_compilation import COMPILER
from features.engine.snapshot_query import SnapshotQuery, snapshot, snapshot_script
from features.errors import Refused
from features.lake.export import EXPORTED, export_tables
from features.lake.records import open_records
from features.lake.session import SparkRefused, refuse_missing_spark
from features.lake.spark_scripts import parameters_in, step_digest, with_views
from features.language.feature_set import FeatureSet
from features.settings import District, Settings
from features.settings_file import load_settings
from features.spark_settings import Spark


def installation(home: Path, warehouse: Path, **spark: str) -> Settings:
    """An installation of the loaded district, with a lake beside it."""
    (home / "warehouses").mkdir()
    (home / "warehouses" / "north.duckdb").write_bytes(warehouse.read_bytes())
    lake = Spark.model_validate({"tables": str(home / "lake"), **spark})
    return Settings(home=home, districts=(District(id="north", name="North"),), spark=lake)


def test_spark_that_is_not_installed_is_refused_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(
        SparkRefused, match=r"PySpark is not installed; run `uv pip install .*requirements-spark\.lock`"
    ):
        refuse_missing_spark(Spark())
    assert SparkRefused.exit_code == 5


def test_java_that_is_not_installed_is_refused_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(SparkRefused, match="Java is not installed; run `apt-get install"):
        refuse_missing_spark(Spark())
    refuse_missing_spark(Spark(connect="sc://127.0.0.1"))  # its Java is elsewhere


def test_an_export_holds_every_row_of_a_district_and_no_name(tmp_path: Path, loaded: Path) -> None:
    settings = installation(tmp_path, loaded)
    rows = export_tables(settings, "north")
    again = export_tables(settings, "north")  # which replaces what was there
    files = sorted((tmp_path / "lake").rglob("*.parquet"))
    assert rows == again
    assert {one.parent.name for one in files} == {"district_id=north"}
    assert {one.parents[1].name: len(pd.read_parquet(one)) for one in files} == rows
    assert not {"staff", "caseloads", "quarantine"} & set(EXPORTED)
    students = pd.read_parquet(tmp_path / "lake" / "students")
    assert (students["student_id"] == students["student_key"]).all()
    assert students[["first_name", "last_name", "birth_date", "state_id"]].isna().all(axis=None)
    assert rows["enrollments"] > 0


def test_an_export_to_what_is_no_folder_here_is_refused(tmp_path: Path, loaded: Path) -> None:
    with pytest.raises(Refused, match="writes Parquet to a folder of this machine"):
        export_tables(installation(tmp_path, loaded, format="delta"), "north")


def test_without_spark_in_the_settings_no_command_imports_it(tmp_path: Path, loaded: Path) -> None:
    """Nobody needs Java who does not ask for it: the snapshot is DuckDB's, and so is the export for a lake."""
    installation(tmp_path, loaded)
    config = tmp_path / "ontrack.toml"
    config.write_text('home = "."\n[[districts]]\nid = "north"\nname = "North"\n', encoding="utf-8")
    program = f"""
import json, sys
import features.lake.export, features.lake.records
from features.definitions.catalog import FEATURE_SETS
from features.settings_file import load_settings
from pathlib import Path
settings = load_settings(Path({str(config)!r}))
with features.lake.records.open_records(settings, "north") as reader:
    reader.current("enrollments")
features.lake.export.export_tables(settings, "north")
print(json.dumps([name for name in ("pyspark", "py4j") if name in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert json.loads(done.stdout) == []


def test_scripts_are_compiled_for_spark_without_spark_and_only_while_asked() -> None:
    query = SnapshotQuery(FEATURE_SETS["grade9"].rule_alone())
    with compiling_for("spark"):
        spark = snapshot_script(query)
    duckdb = snapshot_script(query)
    assert (spark.dialect, duckdb.dialect, current_dialect()) == ("spark", "duckdb", "duckdb")
    assert "GETVARIABLE" in duckdb.sql + duckdb.steps[0][1]
    assert "GETVARIABLE" not in spark.sql + spark.steps[0][1]
    assert [name for name, _ in spark.steps] == [name for name, _ in duckdb.steps]
    found = {name for _, sql in (*spark.steps, ("", spark.sql)) for name in parameters_in(sql)}
    assert found == set(spark.parameters) == set(duckdb.parameters)


@pytest.mark.parametrize("feature_set", FEATURE_SETS.values(), ids=lambda one: str(one.name))
def test_scripts_for_duckdb_are_to_the_letter_what_its_compiler_alone_writes(feature_set: type[FeatureSet]) -> None:
    """Also where the same tables were compiled for Spark before."""
    steps = Steps()
    rows = snapshot(SnapshotQuery(feature_set.rule_alone()), steps)
    with compiling_for("spark"):
        compile_script(rows, steps)
    script = compile_script(rows, steps)
    written = [COMPILER.to_sqlglot(one).sql(dialect=COMPILER.dialect) for one in (*steps.made.values(), rows)]
    assert [*(sql for _, sql in script.steps), script.sql] == written


def test_distinct_rows_in_an_order_are_distinct_on_spark_too() -> None:
    """Ibis' own rewrite for Spark makes a student distinct by each column of the filter: flags of two lists, twice."""
    rows = ibis.table({"student_key": "string", "as_of": "date"}, name="flags").filter(ibis._.as_of.notnull())
    with compiling_for("spark"):
        sql = compile_script(rows.select("student_key").distinct().order_by("student_key")).sql
    assert re.search(r"SELECT DISTINCT `t0`.`student_key` FROM", sql)


def test_a_month_is_a_day_on_spark_too() -> None:
    rows = ibis.table({"date": "date"}, name="attendance")
    with compiling_for("spark"):
        sql = compile_script(rows.select(month=rows.date.truncate("M"))).sql
    assert "CAST(DATE_TRUNC('month', `t0`.`date`) AS DATE)" in sql


def test_a_step_of_other_values_or_over_other_steps_is_another_one() -> None:
    sql = "SELECT * FROM `seen` WHERE `day` <= CAST(:as_of AS DATE)"
    november, december = {"as_of": date(2026, 11, 20)}, {"as_of": date(2026, 12, 20)}
    assert step_digest(sql, november) == step_digest(sql, {**november, "more": 1})
    assert step_digest(sql, november) != step_digest(sql, december)
    assert step_digest(with_views(sql, {"seen": "seen_1"}), november) != step_digest(sql, november)
    assert with_views(sql, {"day": "other"}).count("other") == 1


def test_the_lake_lies_beside_the_settings_unless_it_has_an_address(tmp_path: Path) -> None:
    config = tmp_path / "ontrack.toml"
    config.write_text('engine = "spark"\n[spark]\ntables = "lake"\n', encoding="utf-8")
    assert load_settings(config).spark.tables == str(tmp_path / "lake")
    config.write_text('engine = "spark"\n[spark]\ntables = "s3a://lake/core"\n', encoding="utf-8")
    assert load_settings(config).spark.tables == "s3a://lake/core"
    assert load_settings(config).engine == "spark"


def test_by_default_records_are_read_by_duckdb(tmp_path: Path, loaded: Path) -> None:
    with open_records(installation(tmp_path, loaded), "north") as reader:
        assert current_dialect() == "duckdb"
        assert reader.has_rows("enrollments")
