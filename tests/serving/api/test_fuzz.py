"""Requests drawn from the OpenAPI document, good and bad: every answer is one that the document promises.

`make fuzz` tries 500 of each operation and follows the document's links; the suite a few. `make fuzz ONLY=/v1/imports`
draws those of some addresses, so that the whole may be tried in parts.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import NonFatalError, ScenarioFinished

from serving.access.scopes import SCOPES
from tests.serving.browser import HOST, ApiClient
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_service import ExampleService
from tests.sweeps import swept

FULL = swept("fuzz")
EXAMPLES = 500 if FULL else 3
ONLY = os.environ.get("ONTRACK_ONLY", "") if FULL else ""
"""A pattern of the addresses to ask; all without one."""
PHASES = ("examples", "coverage", "fuzzing", "stateful")


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[ExampleService]:
    """A service that is asked very often."""
    folder = tmp_path_factory.mktemp("fuzzed")
    copy_prepared(prepared, folder)
    for service in opened(folder):
        service.context.limits.limit = 10**9
        yield service


def configuration(headers: dict[str, str]) -> SchemathesisConfig:
    """How requests are drawn, and what is checked of each answer: everything but three things.

    A request that fits the document may still contradict itself, as an exit before its entry, and is then refused. Of
    several students in one request each is answered by itself, also one who cannot be read. An address that fits two
    templates takes the methods of both (tests/serving/web/test_conventions.py looks at Allow).

    That requests are slow to draw is no fault: a live score's body has tables of up to 2,000 rows, and drawing one
    takes as long as the machine lets it.
    """
    return SchemathesisConfig.from_dict(
        {
            "headers": headers,
            "base-url": HOST,
            "seed": 7,
            "suppress-health-check": ["too_slow"],
            "phases": {phase: {"enabled": FULL or phase == "fuzzing"} for phase in PHASES},
            "generation": {"max-examples": EXAMPLES, "database": "none"},
            "checks": {name: {"enabled": False} for name in ("positive_data_acceptance", "allow_header_conformance")},
            "operations": [
                {"include-name": "POST /v1/scores", "checks": {"negative_data_rejection": {"enabled": False}}}
            ],
        }
    )


def mistakes(scenario: ScenarioFinished) -> list[str]:
    """Each check that an answer failed, with the request to try again."""
    return [
        f"{scenario.recorder.label}: {check.name}: {failed.failure.title} {failed.failure.message}: "
        f"{failed.code_sample[:400]}"
        for checks in scenario.recorder.checks.values()
        for check in checks
        if (failed := check.failure_info)
    ]


def tell(progress: str) -> None:
    """Says how far a sweep is, so that one that is stopped says what it tried."""
    if FULL:
        print(progress, flush=True)  # noqa: T201 - seen with `-s`, as `make fuzz` runs it


def test_every_answer_is_one_that_the_document_promises(fuzzed: ExampleService) -> None:
    config = configuration(ApiClient(fuzzed, "harbor", *SCOPES).headers)
    schema = schemathesis.openapi.from_asgi("/openapi.json", fuzzed.app, config=config, headers={"Host": "testserver"})
    asked_for = schema.include(path_regex=ONLY) if ONLY else schema
    asked, said = 0, []
    for event in from_schema(asked_for).execute():
        if isinstance(event, NonFatalError):
            said.append(f"{event.label}: {event.info.message}")
        if isinstance(event, ScenarioFinished):
            asked += (now := len(event.recorder.interactions))
            said += (wrong := mistakes(event))
            asked_of = f"{event.phase.value}: {event.recorder.label}"
            tell("\n".join([f"{asked_of}: {now} requests, {len(wrong)} mistakes", *wrong]))
    if said:
        pytest.fail("\n".join(sorted(set(said))))
    assert asked > EXAMPLES * 10
