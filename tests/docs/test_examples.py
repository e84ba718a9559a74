"""The examples on the pages: valid for the code they are about."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ontrack
from docs.reference_commands import commands
from features.definitions.catalog import outcomes_of
from features.settings import Settings
from features.settings_file import load_settings
from serving.api.messages import SentRecords
from serving.api.score_messages import InsufficientData, LiveScore, Scores
from serving.web.problems import Problem
from tests.docs.pages import DOCS, ROOT, blocks, markdown, shown_commands
from tests.serving.browser import ApiClient
from tests.serving.example_releases import release_model
from tests.serving.example_service import ExampleService
from tests.training.prepared_table.test_prepared_table import SAID
from training.prepared_table.spec import TableSpec, load_spec

INTEGRATOR = DOCS / "how-to" / "sis-integrator.md"
PREPARED = DOCS / "how-to" / "prepared-table.md"
OWN = DOCS / "how-to" / "add-an-outcome.md"
SPECS = ("at_enrolment", "after_semester_1", "after_semester_2")


def test_the_messages_shown_to_an_integrator_are_valid() -> None:
    sent, scored, unscored, past, problem = blocks(INTEGRATOR, "json")
    SentRecords.model_validate_json(sent)
    LiveScore.model_validate_json(scored)
    InsufficientData.model_validate_json(unscored)
    Scores.model_validate_json(past)
    Problem.model_validate_json(problem)


def test_the_student_shown_to_an_integrator_gets_a_score(tmp_path: Path) -> None:
    service = ExampleService(tmp_path)
    service.record_example_runs()
    release_model(service, "harbor")
    sent = json.loads(blocks(INTEGRATOR, "json")[0].replace('"school_id": "50"', '"school_id": "north"'))
    answer = ApiClient(service, "harbor").ask("POST", "/v1/scores", sent)
    assert (answer.status_code, answer.json()["status"]) == (200, "scored")
    assert answer.json().keys() == json.loads(blocks(INTEGRATOR, "json")[1]).keys()


def test_the_problem_shown_to_an_integrator_is_the_one_that_is_answered(tmp_path: Path) -> None:
    service = ExampleService(tmp_path)
    service.record_example_runs()
    sent = json.loads(blocks(INTEGRATOR, "json")[0])
    sent["marks"][0]["mark"] = "E"
    sent["attendance"][0]["absent_hundredth"] = 100
    answer = ApiClient(service, "harbor").ask("POST", "/v1/scores", sent)
    assert answer.json() == json.loads(blocks(INTEGRATOR, "json")[-1])


def test_the_curl_commands_ask_routes_that_exist(tmp_path: Path) -> None:
    service = ExampleService(tmp_path)
    service.record_example_runs()
    for block in blocks(INTEGRATOR, "sh"):
        words = shlex.split(block.replace("\\\n", " "))
        path = next(word for word in words if word.startswith("http")).split(":8000")[1]
        method = "POST" if "--data" in words else "GET"
        answer = ApiClient(service, "harbor").ask(method, path.replace("000223fe54855a19", "k-amara"), None)
        assert answer.status_code in {200, 422}, block


@pytest.mark.parametrize("page", markdown(), ids=lambda page: page.name)
def test_every_shown_ontrack_command_exists_and_takes_what_is_shown(page: Path) -> None:
    for shown in shown_commands(page):
        words = shlex.split(shown.command, comments=True)
        if words[0] == "ontrack":
            words = words[:1] + words[3:] if words[1] == "--config" else words
            known = [one for one in commands() if words[1 : 1 + len(one.name.split())] == one.name.split()]
            assert known, shown.command
            asked = CliRunner().invoke(ontrack.app, [*words[1:], "--help"])
            assert asked.exit_code == 0, asked.output
            options = {option for parameter in known[0].parameters for option in parameter.opts}
            assert {word for word in words if word.startswith("--")} <= options, shown.command


@pytest.mark.parametrize("page", [DOCS / "tutorial.md", DOCS / "how-to" / "data-team.md"], ids=lambda page: page.name)
def test_shown_settings_are_settings(page: Path) -> None:
    for block in blocks(page, "toml"):
        Settings.model_validate(tomllib.loads(block))


def test_the_shown_spec_is_a_spec_and_the_shown_answer_has_its_shape() -> None:
    TableSpec.model_validate(tomllib.loads(blocks(PREPARED, "toml")[0]))
    answer = json.loads(blocks(PREPARED, "json")[0])
    assert answer.keys() == {*SAID, "mlflow_run"}
    figures = {"roc_auc", "pr_auc", "brier", "calibration_error", "precision_at", "recall_at"}
    assert [set(one) for one in answer["metrics"].values()] == [figures, figures]


def test_the_settings_shown_for_records_are_settings() -> None:
    """Each block about a district, by itself; those without its heading begin below it."""
    heading = '[[districts]]\nid = "lakeside"\nname = "Lakeside Schools"\n'
    shown = blocks(DOCS / "how-to" / "bring-your-records.md", "toml")
    whole = [block if "[[districts]]" in block else heading + block for block in shown]
    districts = [Settings.model_validate(tomllib.loads(one)).districts[0] for one in whole]
    assert districts[0].reading.delimiter == ";"
    assert districts[1].files["attendance"].codes["excused"] == {"1": "true", "0": "false"}
    assert any(one.totals for one in districts)


def test_the_example_mapping_can_be_used() -> None:
    assert load_settings(DOCS / "examples" / "sdp_toolkit.toml").district("toolkit").files


@pytest.mark.parametrize("name", SPECS)
def test_the_example_specs_can_be_used_and_have_the_same_split(name: str) -> None:
    spec = load_spec(ROOT / "docs" / "examples" / f"uci697_{name}.toml")
    assert spec.split == load_spec(ROOT / "docs" / "examples" / f"uci697_{SPECS[0]}.toml").split
    assert not spec.protected_features


def test_the_settings_of_the_demo_are_settings() -> None:
    Settings.model_validate(tomllib.loads((ROOT / "config" / "ontrack.toml").read_text(encoding="utf-8")))


def test_the_outcome_that_is_added_on_the_page_can_be_trained_for(tmp_path: Path) -> None:
    """Its file and its settings as shown, tuned as shown."""
    (tmp_path / "our_outcomes.py").write_text(blocks(OWN, "python")[0], encoding="utf-8")
    tuned, named, own = blocks(OWN, "toml")
    (tmp_path / "ontrack.toml").write_text(named + tuned + own, encoding="utf-8")
    settings = load_settings(tmp_path / "ontrack.toml")
    outcomes = outcomes_of(settings)
    (name,) = re.findall(r"--outcome (\w+)", OWN.read_text(encoding="utf-8"))
    assert outcomes[name].says == "missed 14 school days or more"
    assert "fewer than 5.5 credits" in outcomes["grade9_off_track_chicago"].says
    assert "core_f_next_term_6_8" not in outcomes
    assert len(blocks(OWN, "python")[0].strip().splitlines()) <= 13
