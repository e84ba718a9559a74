"""The audit beside Fairlearn and Aequitas on real students: the same figures wherever the definitions are the same.

`make aequitas` installs Aequitas in an environment of its own and runs these.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.estimators.baselines import fit_logistic
from models.examples import Examples
from models.fairness.audit import ListAudit, audit_listing
from models.fairness.group_metrics import AuditSettings
from models.fairness.suppression import Grouping
from models.metrics.count_tables import Listing, listing_of
from tests.models.fairness.fairlearn_peer import fairlearn_on_rows
from tests.models.fairness.listing_tables import LEAST, told_with
from tests.models.row_examples import made_examples
from tests.oulad_table import DATA as OULAD
from tests.oulad_table import oulad_table
from training.prepared_table.examples import prepare
from training.prepared_table.file import read_table
from training.prepared_table.spec import load_spec

REPOSITORY = Path(__file__).parents[3]
DATA, EXAMPLES = REPOSITORY.parent / "shared" / "data", REPOSITORY / "docs" / "examples"
AEQUITAS, ASK = REPOSITORY / ".aequitas" / "bin" / "python", Path(__file__).parent / "aequitas_peer.py"
CAPACITY = 0.2
SAME = {
    "recall": "tpr",
    "false_positive_rate": "fpr",
    "false_discovery_rate": "fdr",
    "selection_rate": "pprev",
    "share_off_track": "prev",
}
"""Our figures, and what Aequitas calls them."""


@dataclass(frozen=True)
class Audited:
    """A table with its list and its audit."""

    listing: Listing
    groups: pd.DataFrame
    told: tuple[Grouping, ...]
    audit: ListAudit


def uci(_: Path) -> Examples:
    """UCI 697: students of a Portuguese university after their first semester."""
    table = DATA / "uci697_dropout" / "data.csv.gz"
    if not table.exists():
        pytest.skip("UCI data set 697 is not beside this checkout: ../shared/data/uci697_dropout")
    return prepare(read_table(table), load_spec(EXAMPLES / "uci697_after_semester_1.toml")).examples


def oulad(_: Path) -> Examples:
    """OULAD: students of the Open University on day 30 of a course, some of them in several."""
    if not OULAD.exists():
        pytest.skip("OULAD is not beside this checkout: ../shared/data/oulad")
    return prepare(read_table(oulad_table()), load_spec(EXAMPLES / "oulad_day30.toml")).examples


def made(_: Path) -> Examples:
    """Made-up students, where there is no data."""
    return made_examples(2000)


@pytest.fixture(scope="module", params=[made, uci, oulad], ids=["made", "uci", "oulad"])
def audited(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """The audit of a logistic regression in sample: any risk does, as long as all see the same."""
    examples: Examples = request.param(tmp_path_factory.mktemp("table"))
    listing = listing_of(examples.label, fit_logistic(examples).risk(examples), examples.student, (0.1, CAPACITY))
    told = told_with(listing, examples.groups, center=str(examples.groups.columns[0]), capacity=CAPACITY)
    audit = audit_listing(listing, told, AuditSettings(CAPACITY, LEAST, 50, 0))
    assert sum(len(one.names) for one in told if not one.crossed) >= 2
    return Audited(listing, examples.groups, told, audit)


def test_our_figures_are_those_of_fairlearn(audited: Audited) -> None:
    compared = 0
    for one, table in zip(audited.told, audited.audit.tables, strict=True):
        if not one.names:
            continue
        peer = fairlearn_on_rows(audited.listing, 1, one)
        for group in table.groups:
            for name, figure in group.figures.items():
                if figure is not None:
                    assert abs(figure.estimate - peer[name].astype(float)[group.name]) < 1e-9, (one.of, name)
                    compared += 1
    assert compared > 10


Peer = dict[str, dict[str, dict[str, float | None]]]


def aequitas_figures(rows: pd.DataFrame, folder: Path) -> Peer:
    """Aequitas's figures by attribute and value."""
    if not (AEQUITAS.parents[1] / "installed").exists():  # it may be on its way: CI makes it beside the tests
        if os.environ.get("ONTRACK_REQUIRE_AEQUITAS"):
            pytest.fail("Aequitas is not installed")
        pytest.skip("Aequitas has no environment here: make aequitas")
    rows.to_csv(folder / "rows.csv", index=False)
    done = subprocess.run(
        [AEQUITAS, "-I", ASK, folder / "rows.csv"], stdout=subprocess.PIPE, check=True, cwd=folder, text=True
    )
    found: Peer = json.loads(done.stdout)
    return found


def test_our_figures_and_ratios_are_those_of_aequitas(audited: Audited, tmp_path: Path) -> None:
    alone = [one for one in audited.told if not one.crossed and one.names]
    told = {one.of: np.array(one.names, dtype=object)[one.group] for one in alone}
    listed, ended = audited.listing.band <= 1, audited.listing.label
    rows = pd.DataFrame({"score": listed.astype(int), "label_value": ended.astype(int), **told})
    peer, compared = aequitas_figures(rows, tmp_path), 0
    for one in alone:
        table = audited.audit.table(one.of)
        assert table is not None
        for group in table.groups:
            theirs = peer[one.of][group.name]
            assert (group.n, group.listed) == (theirs["group_size"], theirs["pp"])
            largest = max(table.groups, key=lambda other: other.n).name == table.reference
            for name, called in SAME.items():
                figure = group.figures[name]
                if figure is not None:
                    assert figure.estimate == pytest.approx(theirs[called], abs=1e-9)
                    compared += 1
                against = group.against.get(name)
                if largest and name != "share_off_track" and against is not None and against.ratio is not None:
                    assert against.ratio.estimate == pytest.approx(theirs[f"{called}_disparity"], rel=1e-9)
                    compared += 1
    assert compared > 10


def test_where_there_is_nothing_to_divide_we_tell_less_than_aequitas(tmp_path: Path) -> None:
    """Nobody of the reference is found, and everybody of five others: Aequitas says ten times as many."""
    reference = [(0, 1)] * 30 + [(0, 0)] * 100 + [(1, 0)] * 20
    others, few = [(1, 1)] * 20 + [(0, 0)] * 60, [(1, 1)] * 5 + [(0, 0)] * 9
    drawn = [("many", reference), ("some", others), ("few", few), ("fewer", few), ("fewest", few)]
    rows = pd.DataFrame([(*row, name) for name, group in drawn for row in group])
    rows.columns = pd.Index(["score", "label_value", "of"])
    risk = rows["score"].to_numpy(dtype=np.float64) * 0.8 + 0.1
    listing = listing_of(
        rows["label_value"].to_numpy() == 1, risk, np.arange(len(rows)).astype(str), (float(rows["score"].mean()),)
    )
    told = told_with(listing, rows[["of"]], center="", capacity=listing.capacities[0])
    (table,) = audit_listing(listing, told, AuditSettings(listing.capacities[0], LEAST, 50, 0)).tables
    assert table.group("some").against["recall"].ratio is None
    assert {one.name for one in table.groups} == {"many", "some", told[0].folded}
    theirs = aequitas_figures(rows, tmp_path)["of"]
    assert theirs["some"]["tpr_disparity"] == 10.0
    assert theirs["many"]["tpr_disparity"] is None
    assert theirs["few"]["tpr"] == 1.0
