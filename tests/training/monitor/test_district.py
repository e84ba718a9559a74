"""`ontrack monitor` on a simulated district, with real records, a real release and real lists."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import ontrack
from features.definitions.grade9 import NinthGrade
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.settings import District, Settings, Training
from features.simulator.plan import Plan
from features.snapshots.labels import label_outcome
from features.snapshots.snapshot import Snapshot, build_snapshot
from features.warehouse.file import change_warehouse, open_warehouse
from features.warehouse.writer import Writer
from models.bundle.bundle import BundleParts, open_bundle, write_bundle
from models.bundle.signing import ensure_keys
from models.bundle.year_parts import JudgedWeek, ServedPart
from models.estimators.published_rule import RuleModel
from models.examples import Examples, Floats, Integers
from models.feature_dictionary import dictionary_of
from models.live_summary import read_summary
from models.metrics.ranking import list_length
from models.releases import Approval, ReleaseKey, current_release, promote
from tests.districts import load_simulated
from training.monitor.checks import CODES
from training.reference_profile import build_reference_profile

DICTIONARY = dictionary_of(NinthGrade)
NOW, TODAY = datetime(2026, 11, 20, 17, tzinfo=UTC), date(2026, 11, 20)
OUTCOME = OFF_TRACK_CHICAGO
KEY = ReleaseKey("north", OUTCOME.name, OUTCOME.grade_band)
TOML = 'today = 2026-11-20\nhome = "."\n[[districts]]\nid = "north"\nname = "North"\n'
JUDGED, PLANTED = date(2025, 11, 20), date(2026, 9, 14)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district of five school years, the published rule as its release, and a list of each of the last two."""
    folder = tmp_path_factory.mktemp("monitored")
    (folder / "ontrack.toml").write_text(TOML, encoding="utf-8")
    settings = Settings(
        home=folder, districts=(District(id="north", name="North"),), today=TODAY, training=Training(as_of=("11-20",))
    )
    load_simulated(settings, Plan("north", 700, years=5), TODAY)
    with open_warehouse(settings.warehouse("north")) as reader:
        then, now = (build_snapshot(reader, NinthGrade, day, cohort=OUTCOME.cohort) for day in (JUDGED, TODAY))
        off_track = label_outcome(reader, OUTCOME, JUDGED, observed_on=TODAY).off_track
    rule = released(settings, then, off_track)
    with change_warehouse(settings.warehouse("north")) as writer:
        writer.add("flags", pd.concat([flags_of(one, rule) for one in (then, now)]))
    return folder


def released(settings: Settings, year: Snapshot, off_track: "pd.Series[bool]") -> RuleModel:
    """The rule that serves: what it says of those it would have listed last year is what became of them."""
    label, signals = off_track.fillna(value=False).to_numpy(dtype=np.bool_), signals_of(year)
    hits, keys = float(label[listed(year)].mean()), ensure_keys(settings.home / "keys")
    rule = RuleModel((0.0, float(signals[listed(year)].min())), (min(0.1, hits), hits), (50, 50), float(label.mean()))
    students = year.features.index.to_numpy(dtype=np.str_)
    test = Examples(DICTIONARY, year.features[DICTIONARY.names], label, students, np.full(len(label), 2026))
    metrics: dict[str, object] = {
        "capacity": 0.15,
        "test_year": 2026,
        "headline": {"rule": {"estimate": hits, "low": hits - 0.1, "high": hits + 0.1}},
        "promised": build_reference_profile(settings, test, {"rule": rule.risk(signals)}).as_json(),
        "by_date": [{"week": year.school_week, "n": len(label), "share": float(rule.risk(signals).mean())}],
    }
    parts = BundleParts("rule", None, rule, DICTIONARY, metrics, "# A card\n", None, OUTCOME.name, "9", "grade9")
    bundle = write_bundle(settings.home / "bundles", parts, keys, {})
    promote(settings.home, KEY, bundle.path, public_key=keys.public_key, approval=Approval("Ana"), now=NOW)
    return rule


def signals_of(one: Snapshot) -> Floats:
    """What the rule counts for each student."""
    return one.features["rule_signals"].fillna(0.0).to_numpy(dtype=np.float64)


def listed(one: Snapshot) -> Integers:
    """The rows of a rule's list of that date; ties by absences, as students' keys are drawn anew in every ingest."""
    order = np.lexsort((-one.features["absence_rate_45d"], -signals_of(one)))
    flagged = int((signals_of(one) > 0).sum())
    return order[: min(flagged, int(list_length(len(order), 0.15)))]


def flags_of(one: Snapshot, rule: RuleModel) -> pd.DataFrame:
    """The flags of a list made on that date."""
    signals, order = signals_of(one), listed(one)
    return pd.DataFrame(
        {
            "run_id": f"{one.as_of}-north-0001",
            "student_key": one.features.index[order],
            "outcome": OUTCOME.name,
            "as_of": one.as_of,
            "release_id": "north-0001",
            "scorer": "rule",
            "capacity": int(list_length(len(signals), 0.15)),
            "list_position": np.arange(1, len(order) + 1),
            "risk": rule.risk(signals[order]),
            "district_id": "north",
            "known_on": one.as_of,
            "load_id": 1,
            "withdrawn": False,
        }
    )


def monitored(folder: Path, *, code: int, options: tuple[str, ...]) -> str:
    """What the command prints, which must end with that code."""
    arguments = ["--config", str(folder / "ontrack.toml"), "monitor", "--district", "north", *options]
    done = CliRunner().invoke(ontrack.app, arguments)
    assert done.exit_code == code, breaches(done.stdout)
    return done.stdout


def copied(home: Path, folder: Path, plant: Callable[[Writer], None]) -> Path:
    """A copy of the installation with something planted in its records."""
    shutil.copytree(home, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("records", "reports"))
    with change_warehouse(folder / "warehouses" / "north.duckdb") as writer:
        plant(writer)
    return folder


def breaches(answer: str) -> dict[str, str]:
    """The checks in breach, and what they say."""
    return {check["code"]: check["says"] for check in json.loads(answer)["checks"] if check["verdict"] == "breach"}


def test_with_nothing_planted_nothing_is_in_breach_and_the_report_holds_no_student(home: Path) -> None:
    out = home / "reports" / "own.html"
    said = monitored(home, code=0, options=("--json", "--out", str(out)))
    assert breaches(said) == {}
    assert [one for one in json.loads(said)["drifts"] if one["named"]] == []
    assert [check["code"] for check in json.loads(said)["checks"]] == list(CODES)
    assert json.loads(said)["report"] == str(out)
    html = out.read_text(encoding="utf-8")
    with open_warehouse(home / "warehouses" / "north.duckdb") as reader:
        keys = set(reader.current("students")["student_key"])
    assert keys
    kept = home / "reports" / f"north-{OUTCOME.name}-monitor.json"
    summary = read_summary(kept)
    assert summary is not None
    assert [check.code for check in summary.checks] == list(CODES)
    assert [key for key in keys if key in html or key in said or key in kept.read_text(encoding="utf-8")] == []


def test_what_serves_in_the_part_of_the_year_is_held_against_the_profile_of_its_week(
    home: Path, tmp_path: Path
) -> None:
    """The same rule by part: judged on today's school week, of which alone it has a profile; next year's is another."""
    shutil.copytree(home, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("records", "reports"))
    keys, bundles = ensure_keys(tmp_path / "keys"), tmp_path / "bundles"
    release = current_release(tmp_path, KEY)
    assert release is not None
    before = open_bundle(release.bundle_path, keys.public_key)
    assert isinstance(before.scorer, RuleModel)
    with open_warehouse(tmp_path / "warehouses" / "north.duckdb") as reader:
        week = reader.view(TODAY).school_week
    assert week is not None
    silent = replace(before.scorer, shares=(0.0, 0.0), overall=0.0)
    judged = tuple(JudgedWeek(one, f"{TODAY:%m-%d}", f"{TODAY:%m-%d}") for one in (week - 9, week))
    first = ServedPart("first_weeks", 1, week - 1, "rule", "fail", "grade9", silent, ())
    year = ServedPart("spring", week, 40, "rule", "fail", "grade9", before.scorer, judged[1:])
    metrics = {**before.metrics, "promised": None, "promised_by_week": {str(week): before.metrics["promised"]}}
    parts = BundleParts(
        "rule", None, silent, DICTIONARY, metrics, "# A card\n", None, OUTCOME.name, "9", "grade9", (first, year)
    )
    bundle = write_bundle(bundles, parts, keys, {})
    promote(tmp_path, KEY, bundle.path, public_key=keys.public_key, approval=Approval("Ana"), now=NOW)
    by_part, all_year = (json.loads(monitored(one, code=0, options=("--json",))) for one in (tmp_path, home))
    assert (by_part["drifts"], by_part["checks"]) == (all_year["drifts"], all_year["checks"])
    checks = {check["code"]: check for check in by_part["checks"]}
    assert f"Week {week} of the school year" in checks["MON12"]["says"]


def test_one_school_that_stops_taking_attendance_is_named(home: Path, tmp_path: Path) -> None:
    def stop(writer: Writer) -> None:
        school = "(SELECT max(school_id) FROM schools WHERE level = 'high')"
        writer.connection.execute(f"DELETE FROM attendance WHERE date > ? AND school_id = {school}", [PLANTED])

    found = breaches(monitored(copied(home, tmp_path, stop), code=4, options=("--json",)))
    assert found["MON01"].endswith(" sent no attendance for longer, where others did.")


def test_marks_ten_times_as_high_are_named(home: Path, tmp_path: Path) -> None:
    def scale(writer: Writer) -> None:
        scaled = "UPDATE marks SET points_hundredths = points_hundredths * 10 WHERE known_on > ?"
        writer.connection.execute(scaled, [PLANTED])

    found = breaches(monitored(copied(home, tmp_path, scale), code=4, options=("--json",)))
    assert "MON01" not in found
    assert "`gpa" in found["MON02"]


def test_a_district_that_nothing_serves_and_one_without_a_list_are_refused(home: Path, tmp_path: Path) -> None:
    def no_flag(writer: Writer) -> None:
        writer.connection.execute("DELETE FROM flags")

    bare = copied(home, tmp_path, no_flag)
    with pytest.raises(Exception, match="run `ontrack score` first"):
        run_through(bare)
    shutil.rmtree(bare / "releases")
    with pytest.raises(Exception, match="nothing serves yet"):
        run_through(bare)


def run_through(folder: Path) -> None:
    """The command, its refusal raised."""
    arguments = ["--config", str(folder / "ontrack.toml"), "monitor", "--district", "north"]
    CliRunner().invoke(ontrack.app, arguments, catch_exceptions=False)
