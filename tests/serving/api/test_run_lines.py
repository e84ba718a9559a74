"""Lines of whole runs: each says what the JSON of one score says, but for its sentences."""

import csv
import json
from collections.abc import Mapping
from io import StringIO

import pytest

from serving.api.line_messages import RunLine
from serving.store.rows import RunRow, ScoreRow
from tests.serving.browser import ApiClient
from tests.serving.example_service import TODAY, ExampleService

LINES = f"/v1/scoring-runs/run-{TODAY}/scores"
SCOPES = ((), ("scores.read",))


def lines_of(program: ApiClient) -> list[str]:
    """The lines of the newest run."""
    return program.ask("GET", LINES).text.splitlines()


def listed(program: ApiClient) -> dict[str, dict[str, object]]:
    """The same scores by the page of scores, by key."""
    return {one["student_key"]: one for one in program.ask("GET", "/v1/scores").json()["scores"]}


def without_sentence(reason: Mapping[str, object]) -> dict[str, object]:
    """What a line says of a reason."""
    return {name: reason[name] for name in ("code", "value", "evidence")}


@pytest.mark.parametrize("district", ["harbor", "mesa"])
@pytest.mark.parametrize("scopes", SCOPES)
def test_a_line_says_what_the_score_says_and_is_to_the_letter_what_the_message_says(
    read_service: ExampleService, district: str, scopes: tuple[str, ...]
) -> None:
    program = ApiClient(read_service, district, *scopes)
    scores = listed(program)
    lines = lines_of(program)
    assert len(lines) == len(scores) == 5
    for text in lines:
        assert text == RunLine.model_validate_json(text).model_dump_json()
        line = json.loads(text)
        score = scores[line["student_key"]]
        reasons = score["reasons"]
        same = set(line) - {"list_position", "reasons"}
        assert {name: line[name] for name in same} == {name: score[name] for name in same}
        assert isinstance(reasons, list) == (not scopes)
        assert line["reasons"] == ([without_sentence(one) for one in reasons] if isinstance(reasons, list) else None)
    said = {name: {json.loads(text)[name] is None for text in lines} for name in ("interval", "risk")}
    assert said == {"interval": {True, False}, "risk": {True, False}}
    assert any(one["evidence"] for text in lines for one in json.loads(text)["reasons"] or ()) == (not scopes)


@pytest.mark.parametrize("district", ["harbor", "mesa"])
@pytest.mark.parametrize("scopes", SCOPES)
def test_csv_says_the_same_with_what_a_run_says_in_the_last_columns(
    read_service: ExampleService, district: str, scopes: tuple[str, ...]
) -> None:
    program = ApiClient(read_service, district, *scopes)
    lines = [json.loads(text) for text in lines_of(program)]
    rows = list(csv.DictReader(StringIO(program.ask("GET", f"{LINES}?format=csv").text)))
    for line, row in zip(lines, rows, strict=True):
        reasons, interval = line.pop("reasons"), line.pop("interval") or dict.fromkeys(("low", "high", "of"))
        cells = {**line, **line.pop("links"), **{f"interval_{name}": one for name, one in interval.items()}}
        del cells["links"]
        if not scopes:
            cells["reasons"] = " ".join(one["code"] for one in reasons)
            cells["reason_values"] = json.dumps([one["value"] for one in reasons])
            cells["evidence"] = " ".join(evidence_cell(one["evidence"]) for one in reasons)
        assert row == {name: "" if one is None else str(one) for name, one in cells.items()} | {
            "flagged": str(line["flagged"]).lower()
        }


def evidence_cell(evidence: Mapping[str, object] | None) -> str:
    """Evidence as a cell has it."""
    windows = evidence["windows"] if evidence else ()
    assert isinstance(windows, list | tuple)
    return f"{evidence['table']}:{evidence['records']}:{'+'.join(windows)}" if evidence else "none"


def test_a_date_that_nobody_judged_has_no_interval_either(service: ExampleService) -> None:
    with service.write_session() as session:
        run = session.get(RunRow, ("mesa", f"run-{TODAY}"))
        assert run is not None
        run.not_judged = "level"
    lines = [json.loads(text) for text in lines_of(ApiClient(service, "mesa"))]
    assert {(one["risk"], one["interval"], one["not_judged"]) for one in lines} == {(None, None, "level")}


def test_records_that_an_earlier_run_kept_itself_are_counted_too(service: ExampleService) -> None:
    with service.write_session() as session:
        score = session.get(ScoreRow, ("harbor", f"run-{TODAY}", "k-amara"))
        assert score is not None
        score.evidence = {"absence_rate_20d": [{"date": "2026-11-19", "note": "[,]"}, {"date": "2026-11-18"}]}
    (first, *_) = (json.loads(text) for text in lines_of(ApiClient(service, "harbor")))
    assert [one["evidence"] and one["evidence"]["records"] for one in first["reasons"]] == [2, None, None]
