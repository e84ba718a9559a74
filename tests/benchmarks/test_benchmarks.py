"""The benchmark at a tiny size: it runs, its figures have peers, and its peers do the same work."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import deliveries
from benchmarks import reasons_part as reasons
from benchmarks.api_part import EMPTY, LIVE, LOGGED, STORED, api_part
from benchmarks.audit_part import (
    BINNED,
    CAPACITY,
    FAIRLEARN,
    LEAST,
    ONE_ROW,
    ONE_TABLE,
    PLAIN,
    WHOLE,
    audit_part,
    by_fairlearn,
    made_scored,
    refuse_other_figures,
)
from benchmarks.child import found_by, in_this_process
from benchmarks.dates_part import MOST_SNAPSHOTS, TEN, snapshot_figures
from benchmarks.figures import DifferentAnswersError, Part, json_of, table_of
from benchmarks.ingest_part import ingest_part, refuse_other
from benchmarks.made_examples import made_examples, made_matrix
from benchmarks.pandas_peer import three_features
from benchmarks.place import DISTRICT, SEED, TODAY, Place, release
from benchmarks.policies_part import policies_part
from benchmarks.reasons_child import explain_in_this_process
from benchmarks.reasons_part import reasons_part
from benchmarks.scoring_part import CONTRIBUTIONS, EXPLAINER, PRED_CONTRIB, PREDICT, batch_figures
from benchmarks.shap_peer import refuse_other_values
from benchmarks.snapshot_part import refuse_differences, snapshot_part
from benchmarks.training_child import fit_in_this_process
from benchmarks.training_part import ALL, BARE, BARE_FEW, SOME, YEAR, training_part
from features.progress import quietly
from features.warehouse.file import open_warehouse
from models.estimators.fitting import MOST_ROUNDS, fit_risk_model
from models.estimators.risk_model import RiskModel
from models.examples import Floats
from models.fairness.audit import audit_listing
from models.fairness.group_metrics import AuditSettings
from models.fairness.suppression import suppress_groups
from serving.scoring.district_release import load_current_release


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A district that is simulated once."""
    return Place(tmp_path_factory.mktemp("bench"), students=500, years=2)


@pytest.fixture(scope="module")
def loaded(place: Place) -> Part:
    """What ingesting it took, and a night's corrections, and some bad rows."""
    with pytest.MonkeyPatch.context() as fewer:
        fewer.setattr(deliveries, "BAD_ROWS", 1_000)
        return ingest_part(place, in_this_process, quietly)


def test_ingest_and_its_peer_read_the_same_files(place: Place, loaded: Part) -> None:
    assert place.warehouse.exists()
    assert loaded.facts["rows"] == sum(len(pd.read_csv(file, dtype=str)) for file in place.records.glob("*.csv"))
    seconds, peer = loaded.figure("ingest", "s"), loaded.figure("plain read_csv of the same files", "s")
    assert seconds.ratio == seconds.value / peer.value


def test_a_nights_corrections_and_bad_rows_stand_beside_a_copy_and_a_limit(place: Place, loaded: Part) -> None:
    with open_warehouse(place.warehouse) as reader:
        rows = sum(len(reader.current(name)) // 100 for name in ("attendance", "marks"))
    night = loaded.figure(f"corrections, {rows:,} rows", "s")
    assert night.ratio == night.value / loaded.figure("copying the warehouse, forced to disk", "s").value
    assert loaded.figure("1,000 bad rows", "KiB of report").value < 10
    with pytest.raises(DifferentAnswersError):
        refuse_other(rows, rows - 1)


def test_pandas_gives_the_same_numbers_as_the_engine(place: Place, loaded: Part) -> None:
    part = snapshot_part(place, in_this_process, runs=1, progress=quietly)
    with open_warehouse(place.warehouse) as reader:
        peer = three_features(reader.connection, TODAY)
    ours = pd.read_parquet(found_by(place, "grade9"))
    pd.testing.assert_frame_equal(ours[list(peer.columns)], peer, check_exact=True)
    assert part.facts["cohort"] == len(ours) > 50
    assert peer.nunique().min() > 1
    assert part.figure("snapshot, all features", "records/s").value > 0
    assert part.figure("ten snapshots of grade 9", "s").ratio
    (peer + 1e-9).to_parquet(found_by(place, "pandas"))
    with pytest.raises(DifferentAnswersError):
        refuse_differences(place)
    peer.to_parquet(found_by(place, "pandas"))
    hand = pd.read_parquet(found_by(place, "hand"))
    hand.assign(tardies_year=hand["tardies_year"] + 1).to_parquet(found_by(place, "hand"))
    with pytest.raises(DifferentAnswersError, match="by hand"):
        refuse_differences(place)


def test_ten_dates_stand_beside_one_and_their_ratio_beside_its_bound(place: Place, loaded: Part) -> None:
    assert loaded.facts["rows"]
    ten, bound = snapshot_figures(place, runs=1)
    assert (ten.name, ten.beside) == (TEN, "one")
    assert bound.value == ten.ratio
    assert bound.ratio == bound.value / MOST_SNAPSHOTS


def test_fits_stand_beside_lightgbm_alone_with_as_many_rounds() -> None:
    part = training_part(1_500, fit_in_this_process, runs=1, progress=quietly)
    assert part.facts["rounds"] == fit_risk_model(made_examples(1_500), seed=SEED, threads=1).booster.num_trees()
    for name, peer, unit in ((ALL, BARE, "s"), (SOME, BARE_FEW, "s"), (YEAR, BARE, "s"), (ALL, BARE, "MiB peak")):
        one = part.figure(name, unit)
        assert one.ratio == one.value / part.figure(peer, unit).value
    steps = [one.value for one in part.figures if one.name.startswith("of it: ")]
    assert sum(steps) == pytest.approx(part.figure(YEAR, "s").value)


def test_made_examples_are_like_a_districts_and_the_same_each_time() -> None:
    examples, again = made_examples(3_000), made_examples(3_000)
    assert 0.15 < examples.label.mean() < 0.25
    assert examples.features.shape == (3_000, 60)
    assert examples.features.isna().to_numpy().mean() == pytest.approx(0.05, abs=0.01)
    assert np.array_equal(np.unique(examples.time), np.arange(2021, 2027))
    assert examples.features.equals(again.features)
    assert np.array_equal(examples.matrix(), made_matrix(3_000, order="C")[0], equal_nan=True)


# shap's plots, loaded with it, use what matplotlib will drop
@pytest.mark.filterwarnings("ignore:The set_\\w+ function will be deprecated:PendingDeprecationWarning")
def test_contributions_that_shap_does_not_find_are_refused() -> None:
    examples = made_examples(1_500)
    model, rows = fit_risk_model(examples, seed=SEED, threads=1), examples.features.head(50)
    refuse_other_values(model, rows)
    with pytest.raises(DifferentAnswersError, match="shap"):
        refuse_other_values(Doubled(model.booster_text, model.calibrator, model.dictionary), rows)


# shap's plots, loaded with it, use what matplotlib will drop
@pytest.mark.filterwarnings("ignore:The set_\\w+ function will be deprecated:PendingDeprecationWarning")
def test_reasons_stand_beside_those_who_find_the_same_values_and_beside_a_limit() -> None:
    part = reasons_part(300, explain_in_this_process, runs=1, progress=quietly)
    assert part.facts["trees"] == MOST_ROUNDS
    for name, peer in ((reasons.CONTRIBUTIONS, PRED_CONTRIB), (reasons.REASONS, PRED_CONTRIB)):
        one, other = (part.figure(what, reasons.A_MILLION) for what in (name, peer))
        assert one.ratio == one.value / other.value
    allowed = next(one for one in part.figures if one.beside == reasons.ALLOWED)
    assert allowed.ratio == allowed.value / reasons.LIMIT


class Doubled(RiskModel):
    """A model whose contributions are wrong."""

    def contributions(self, features: pd.DataFrame) -> Floats:
        """Twice what each is."""
        return 2 * super().contributions(features)


# shap's plots, loaded with it, use what matplotlib will drop
@pytest.mark.filterwarnings("ignore:The set_\\w+ function will be deprecated:PendingDeprecationWarning")
def test_scores_and_answers_stand_beside_their_peers(place: Place, loaded: Part) -> None:
    release(place, quietly)
    served = load_current_release(place.settings, DISTRICT)
    assert isinstance(served.bundle.scorer, RiskModel)
    with open_warehouse(place.warehouse) as reader:
        predicted, *others = batch_figures(served.bundle.scorer, reader, served, batch=200, runs=1)
    ms = {one.name: one.value for one in (predicted, *others)}
    assert all(one.ratio == one.value / ms[one.beside] for one in others)
    assert {one.beside for one in others} == {PREDICT, PRED_CONTRIB, EXPLAINER, CONTRIBUTIONS}
    api = api_part(place, runs=1, requests=2, progress=quietly)
    for name, peer in ((STORED, LOGGED), (LOGGED, EMPTY), (LIVE, EMPTY)):
        for unit in ("ms p50", "ms p99", "requests/s"):
            one = api.figure(name, unit)
            assert one.ratio == one.value / api.figure(peer, unit).value
    written = json.loads(json_of([loaded, api], {"students": place.students}))
    assert [part["name"] for part in written["parts"]] == ["ingest", "api"]
    assert table_of(api).row_count == len(api.figures)


def test_an_audit_stands_beside_fairlearn_and_a_plain_bootstrap() -> None:
    part = audit_part(4_000, replicates=20, runs=1, progress=quietly)
    for name, peer in ((ONE_ROW, PLAIN), (ONE_TABLE, FAIRLEARN)):
        assert part.figure(name, "s").ratio == part.figure(name, "s").value / part.figure(peer, "s").value
    assert part.figure(WHOLE, "groups").value > 31
    assert 0 < part.figure(BINNED, "").value < 0.01


def test_an_audit_with_other_figures_is_not_compared() -> None:
    scored = made_scored(2_000)
    told = suppress_groups(scored.one, scored.groups.iloc[:, :1], LEAST)
    audit = audit_listing(scored.one, told, AuditSettings(CAPACITY, LEAST, 5, 0))
    peer = by_fairlearn(scored.one, told[0]).by_group
    refuse_other_figures(audit, peer)
    with pytest.raises(DifferentAnswersError, match="recall"):
        refuse_other_figures(audit, peer.assign(recall=peer["recall"] + 1e-6))


def test_policies_are_measured_beside_the_same_work_without_them(tmp_path: Path) -> None:
    """A small district of its own, loaded twice; every figure has the work without a policy beside it."""
    part = policies_part(Place(tmp_path, students=120, years=2), runs=1, progress=quietly)
    assert [figure.beside for figure in part.figures] == ["without a policy"] * 5
    assert all(figure.value > 0 for figure in part.figures)
