"""A stranger's folder: what is proposed for it loads every row, after no correction or one."""

import re
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import Phase, given, settings

from features.errors import Refused
from features.ingest.load.import_steps import dry_run_of
from features.ingest.load.workspace import workspace_of
from features.ingest.proposal.mapping_proposal import propose_mapping
from features.ingest.proposal.printed_proposal import print_proposal
from features.ingest.proposal.proposal_text import proposal_text
from features.progress import quietly
from features.settings_file import load_settings
from features.simulator.district import simulate_district
from features.simulator.plan import Plan
from tests.features.ingest.proposal.strangers import ODD_CODE, STRANGERS, Stranger, write_stranger
from tests.sweeps import tried

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
NAMED = ("first_name", "last_name", "birth_date", "state_id", "email")

LOADED, LOOKED_AT = tried(2, 20), tried(3, 60)
"""How many drawn strangers are loaded, and how many only looked at; a failure is not shrunk: each takes seconds."""

GENERATED = (Phase.explicit, Phase.generate)


@pytest.fixture(scope="module")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small district of two years."""
    folder = tmp_path_factory.mktemp("canonical")
    simulate_district(Plan("north", 120, today=TODAY, years=2), folder)
    return folder


@settings(LOADED, phases=GENERATED)
@given(STRANGERS)
def test_what_is_proposed_for_a_strangers_folder_loads_every_row(canonical: Path, stranger: Stranger) -> None:
    """A code that cannot be guessed takes one correction, on the line that shows it."""
    with tempfile.TemporaryDirectory() as place:
        folder = write_stranger(canonical, Path(place, "extracts"), stranger)
        text = proposal_text(propose_mapping(folder, quietly), "extracts")
        if stranger.odd_code:
            assert f'# "{ODD_CODE}" = "?"' in text
            text = text.replace(f'# "{ODD_CODE}" = "?"', f'"{ODD_CODE}" = "partial"')
        written = Path(place, "ontrack.toml")
        written.write_text(text, encoding="utf-8")
        mapped = load_settings(written)
        tried = dry_run_of(workspace_of(mapped, "extracts", TODAY), folder, now=NOW, progress=quietly)
    assert tried.refusal is None, f"{tried.refusal}\n{text}"
    assert tried.report is not None
    assert tried.report.quarantine == (), text
    for table, rows in tried.report.counts("read").items():
        assert rows == len(pd.read_csv(canonical / f"{table}.csv")), table
    assert len(tried.report.counts("read")) == len(list(canonical.iterdir()))


@settings(LOOKED_AT, phases=GENERATED)
@given(STRANGERS)
def test_nobody_is_named_in_a_proposal(canonical: Path, stranger: Stranger) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = write_stranger(canonical, Path(place, "extracts"), stranger)
        text = proposal_text(propose_mapping(folder, quietly), "extracts")
    shown = set(re.findall(r"[^\s\"',=#{}\[\]]+", text))
    for table in ("students", "staff"):
        rows = pd.read_csv(canonical / f"{table}.csv", dtype=str, keep_default_na=False)
        for name in {*NAMED} & {*rows.columns}:
            assert not {value for value in rows[name] if len(value) > 3} & shown, name
    ids = pd.read_csv(canonical / "students.csv", dtype=str)["student_id"]
    assert not {*ids, *("0" + ids)} & shown


def test_for_files_of_our_own_shape_nothing_is_proposed(canonical: Path) -> None:
    proposal = propose_mapping(canonical, quietly)
    assert proposal.needs_nothing
    assert proposal_text(proposal, "records") == "# These files need no mapping: each is of our own shape.\n"


def test_a_proposal_is_never_written_over_a_file(canonical: Path, tmp_path: Path) -> None:
    there = tmp_path / "ontrack.toml"
    there.write_text("mine", encoding="utf-8")
    with pytest.raises(Refused, match="not written over"):
        print_proposal(canonical, there, as_json=False)
    assert there.read_text(encoding="utf-8") == "mine"


def test_a_folder_without_records_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("nothing", encoding="utf-8")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    with pytest.raises(Refused, match="no file of records"):
        print_proposal(tmp_path, None, as_json=True)
