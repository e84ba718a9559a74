"""The generated reference: fresh, and with everything in it."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from docs.generate import REFERENCE, pages
from docs.reference_commands import commands
from docs.reference_http import MESSAGES
from docs.reference_settings import section_in
from features.definitions.catalog import FEATURE_SETS, OUTCOMES
from features.definitions.published_rules import ATTENDANCE_BANDS, PUBLISHED
from features.file_mapping.column_mapping import ColumnMapping, Lookup
from features.file_mapping.declaration import DeletionMarker, Dialect, FileMapping, KnownOnRule
from features.ingest.findings import CODES
from features.quality.check_codes import CHECKS
from features.service_settings import Service
from features.settings import Audit, District, Gate, Monitor, Settings, Total, Training
from features.table_schema import ENVELOPE
from features.tables import TABLES
from serving.api import (
    line_messages,
    messages,
    model_messages,
    operation_messages,
    score_messages,
    support_messages,
    webhook_messages,
)
from tests.docs.pages import ROOT
from training.monitor.checks import CODES as CODES_OF_MONITORING

ROUTE = re.compile(r'@router\.(get|post|put|patch|delete)\("([^"]*)"')
PREFIX = re.compile(r'APIRouter\(prefix="([^"]*)"')
CODE = re.compile(r'"(GATE\d\d)"')
COMMAND = re.compile(r'@(app|workers|users|keys|clients|describing|together)\.command\("([^"]*)"\)')
GROUPS = {
    "app": "", "workers": "worker ", "users": "users ", "keys": "keys ", "clients": "clients ",
    "describing": "features ", "together": "collaborative ",
}  # fmt: skip


@pytest.fixture(scope="module")
def fresh() -> dict[str, str]:
    """Every page as the code would write it now."""
    return pages()


def test_writing_the_reference_again_changes_nothing(fresh: dict[str, str]) -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in REFERENCE.glob("*.md")}
    stale = sorted(name for name in fresh.keys() | written if fresh.get(name) != written.get(name))
    assert stale == [], "the reference is not what the code says: run `make docs`"


def declared(pattern: re.Pattern[str], folder: str) -> set[tuple[str, ...]]:
    """What the source of a package declares, found by reading it."""
    files = sorted((ROOT / folder).rglob("*.py")) if folder else sorted(ROOT.glob("ontrack*.py"))
    return {tuple(found) for file in files for found in pattern.findall(file.read_text(encoding="utf-8"))}


def test_every_command_is_in_the_reference(fresh: dict[str, str]) -> None:
    sources = ("", "features", "models", "training", "serving")
    in_source = {GROUPS[group] + name for folder in sources for group, name in declared(COMMAND, folder)}
    assert {command.name for command in commands()} == in_source
    assert {name for name in in_source if f"## `ontrack {name}`" not in fresh["commands.md"]} == set()


def test_every_option_says_what_it_is_for() -> None:
    silent = [f"{one.name} {p.name}" for one in commands() for p in one.parameters if not p.help]
    assert silent == []


def test_every_code_of_records_and_of_monitoring_is_in_the_reference(fresh: dict[str, str]) -> None:
    codes = [*CODES, *CHECKS, *CODES_OF_MONITORING]
    assert len(codes) > 40
    assert [one for one in codes if f"| `{one}` |" not in fresh["checks.md"]] == []


@pytest.mark.parametrize(
    "section",
    [
        Settings,
        District,
        Dialect,
        FileMapping,
        ColumnMapping,
        Lookup,
        KnownOnRule,
        DeletionMarker,
        Total,
        Training,
        Gate,
        Audit,
        Monitor,
        Service,
    ],
)
def test_every_setting_is_in_the_reference(fresh: dict[str, str], section: type[BaseModel]) -> None:
    own = [name for name, field in section.model_fields.items() if section_in(field.annotation) is None]
    missing = [name for name in own if f"| `{name}` |" not in fresh["settings.md"]]
    assert missing == []


def test_every_feature_indicator_and_outcome_is_in_the_reference(fresh: dict[str, str]) -> None:
    names = [*FEATURE_SETS, *OUTCOMES, *(rule.name for rule in PUBLISHED), ATTENDANCE_BANDS.name]
    for feature_set in FEATURE_SETS.values():
        names += feature_set.features()
        names += [feature_set.indicator.name] if feature_set.indicator else []
    assert [name for name in names if f"`{name}`" not in fresh["features.md"]] == []


def test_every_table_and_column_is_in_the_reference(fresh: dict[str, str]) -> None:
    sections = fresh["tables.md"].split("\n## ")
    for table in TABLES.values():
        section = next(part for part in sections if part.startswith(f"`{table.name}`"))
        assert [c.name for c in table.columns if f"| `{c.name}` |" not in section] == []
    assert [c.name for c in ENVELOPE if f"| `{c.name}` |" not in fresh["tables.md"]] == []


def test_every_gate_check_is_in_the_reference(fresh: dict[str, str]) -> None:
    files = [file.read_text(encoding="utf-8") for file in (ROOT / "training" / "gate").glob("*.py")]
    codes = set(CODE.findall("".join(files)))
    assert len(codes) == 16
    assert {code for code in codes if f"| `{code}` |" not in fresh["checks.md"]} == set()
    assert "one of three verdicts: pass, fail, not enough evidence. " in fresh["checks.md"]


def routes_in(folder: Path) -> set[str]:
    """The routes that the modules of a folder declare."""
    found = set()
    for file in folder.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        prefix = "".join(PREFIX.findall(text))
        found |= {f"{method.upper()} {prefix}{path}" for method, path in ROUTE.findall(text)}
    return found


def test_every_route_is_in_the_reference(fresh: dict[str, str]) -> None:
    routes = routes_in(ROOT / "serving")
    assert len(routes) >= 10
    assert {route for route in routes if f"`{route}`" not in fresh["api.md"]} == set()


def test_every_message_is_in_the_reference() -> None:
    answers = (score_messages, line_messages, model_messages, operation_messages, webhook_messages, support_messages)
    modules = (messages, *answers)
    kinds = (kind for module in modules for kind in vars(module).values())
    written = {kind for kind in kinds if isinstance(kind, type) and issubclass(kind, messages.Message)}
    bases = {messages.Message, messages.SentRow}
    assert written - bases == set(MESSAGES)
