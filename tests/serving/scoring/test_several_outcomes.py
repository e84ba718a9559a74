"""Several outcomes on one list: each student once, the most urgent outcome first, and every flag by its outcome."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import select, text

from features.definitions.catalog import OUTCOMES, SERVABLE, feature_set_of
from features.progress import quietly
from features.settings import Settings
from features.simulator.plan import Plan
from features.warehouse.file import open_warehouse
from models.bundle.bundle import BundleParts, write_bundle
from models.bundle.signing import ensure_keys
from models.feature_dictionary import dictionary_of
from models.releases import Approval, ReleaseKey, promote
from serving.scoring.district_release import load_served_releases
from serving.scoring.run_summary import ListSummary
from serving.scoring.score_district import build_run, score_district
from serving.store.rows import RunRow, ScoreRow, StaffRow
from serving.store.run_queries import current_runs, student_scores
from serving.store.student_records import WrittenRecords
from tests.districts import simulated_warehouse
from tests.serving.browser import Browser
from tests.serving.databases import ON_POSTGRESQL
from tests.serving.example_releases import rule_parts
from tests.serving.example_service import NOW, TODAY, ExampleService

SERVED = ("grade9_off_track_chicago", "chronic_absence_9", "chronic_absence_6_8")
LAST_WEEK = TODAY - timedelta(weeks=1)


def bundle_of(name: str) -> BundleParts:
    """The bundle of an outcome's own rule."""
    outcome, served = OUTCOMES[name], feature_set_of(OUTCOMES[name])
    figures = {"headline": {}, "listed": 0, "test_year": TODAY.year}
    gate = {"district_id": "harbor", "outcome": name, "verdict": "not_enough_evidence", "checks": []}
    return replace(
        rule_parts("harbor"), metrics=figures, name=name, gate=gate,
        grade_band=outcome.grade_band, feature_set=served.name, dictionary=dictionary_of(SERVABLE[served.name]),
    )  # fmt: skip


def settings_with(settings: Settings, outcomes: Sequence[str]) -> Settings:
    """The settings by which harbor serves these outcomes."""
    harbor = settings.district("harbor").model_validate({"id": "harbor", "name": "Harbor", "outcomes": outcomes})
    return settings.model_copy(update={"districts": (harbor, settings.district("mesa"))})


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[ExampleService, list[ListSummary]]:
    """A simulated district with three outcomes served by their rules, scored last week and today."""
    service = ExampleService(tmp_path_factory.mktemp("several"))
    settings = settings_with(service.context.settings, SERVED)
    simulated_warehouse(Plan("harbor", 400, TODAY, years=2), settings.warehouse("harbor"))
    keys = ensure_keys(settings.home / "keys")
    for name in SERVED:
        bundle = write_bundle(settings.home / "bundles", bundle_of(name), keys, {})
        key = ReleaseKey("harbor", name, OUTCOMES[name].grade_band)
        promote(settings.home, key, bundle.path, public_key=keys.public_key, approval=Approval("a test"), now=NOW)
    return service, [score(service, settings, as_of) for as_of in (LAST_WEEK, TODAY)]


def score(service: ExampleService, settings: Settings, as_of: date) -> ListSummary:
    """A list of a date."""
    now = NOW - (TODAY - as_of)
    return score_district(settings, service.context.engine, "harbor", as_of=as_of, now=now, progress=quietly)


def scores_of(service: ExampleService, runs: Sequence[RunRow]) -> list[ScoreRow]:
    """The scores of a list's runs."""
    ids = {run.run_id for run in runs}
    return [row for row in service.rows(ScoreRow) if isinstance(row, ScoreRow) and row.run_id in ids]


def test_a_list_has_a_run_of_each_outcome_and_each_student_once(
    scored: tuple[ExampleService, list[ListSummary]],
) -> None:
    service, lists = scored
    with service.read_session() as session:
        runs = current_runs(session, "harbor")
    assert {run.outcome for run in runs} == set(SERVED)
    assert {(run.as_of, run.list_id) for run in runs} == {(TODAY, lists[-1].list_id)}
    scores = scores_of(service, runs)
    placed = [row for row in scores if row.place is not None]
    assert len({row.student_key for row in placed}) == len(placed) == len({row.student_key for row in scores})
    assert sorted(row.place or 0 for row in placed) == list(range(1, len(placed) + 1))
    listed = {row.student_key for row in scores if row.flagged}
    assert {row.student_key for row in placed if row.flagged} == listed
    assert len(listed) == lists[-1].listed <= sum(run.capacity for run in runs)
    assert len(listed) < sum(row.flagged for row in scores)  # some by two outcomes


def test_each_outcome_lists_down_its_order_and_its_flags_are_its_own(
    scored: tuple[ExampleService, list[ListSummary]],
) -> None:
    service, lists = scored
    with service.read_session() as session:
        runs = current_runs(session, "harbor")
    with open_warehouse(service.context.settings.warehouse("harbor")) as reader:
        flags = reader.current("flags")
    assert set(flags["run_id"]) == {run.run_id for one in lists for run in one.runs}
    for run in runs:
        own = [row for row in scores_of(service, [run]) if row.flagged]
        known = flags[flags["run_id"] == run.run_id]
        assert set(known["student_key"]) == {row.student_key for row in own}
        assert set(known["outcome"]) == {run.outcome}
        assert (known["capacity"] == max(run.capacity, len(own))).all()


def test_the_same_list_is_made_once(scored: tuple[ExampleService, list[ListSummary]]) -> None:
    service, lists = scored
    again = score(service, settings_with(service.context.settings, SERVED), TODAY)
    assert (again.list_id, again.listed, again.written) == (lists[-1].list_id, lists[-1].listed, False)
    assert again.students == lists[-1].students


def test_a_students_outcomes_are_shown_the_most_urgent_first(
    scored: tuple[ExampleService, list[ListSummary]],
) -> None:
    service, _ = scored
    with service.read_session() as session:
        runs = current_runs(session, "harbor")
        both = next(row for row in scores_of(service, runs) if row.flagged and row.place is None)
        found = student_scores(session, "harbor", both.student_key, runs)
    assert len(found) == 2
    assert found[0][0].place is not None
    assert {run.outcome for _, run in found} == {"grade9_off_track_chicago", "chronic_absence_9"}
    with service.read_session() as session:
        member = session.scalars(select(StaffRow).where(StaffRow.role == "district")).first()
    assert member is not None
    page = Browser(service, "harbor", member.staff_id).get(f"/students/{both.student_key}").text
    assert "Attendance this year, first time in grade 9" in page
    assert "On track in grade 9" in page


@pytest.mark.skipif(ON_POSTGRESQL, reason="it compares cells as SQLite keeps them")
def test_scores_of_a_list_are_those_of_each_outcome_alone(scored: tuple[ExampleService, list[ListSummary]]) -> None:
    """What is said of each student is the same to the last bit, without others and some students at a time."""
    service, lists = scored
    settings = settings_with(service.context.settings, SERVED)
    written = WrittenRecords(service.context.engine, "harbor")
    releases = load_served_releases(settings, "harbor")
    for (served, release), made, at_once in zip(releases, lists[-1].runs, (25, 400, 400), strict=True):
        asked = partial(build_run, served.settings, release, written=written, run_id="alone", as_of=TODAY, now=NOW)
        with open_warehouse(settings.warehouse("harbor")) as reader:
            alone = asked(reader, students_at_once=at_once)
        told = alone.scores[list(SAID)].astype(object)
        rows = told.where(told.notna(), None).itertuples(index=False, name=None)
        assert set(rows) == stored(service, made.run_id)


SAID = ("student_key", "risk", "band", "school_id", "reasons", "strengths", "evidence", "history", "way_back")
"""What is said of a student without the others: not places, nor what changed since the list before."""


def stored(service: ExampleService, run_id: str) -> set[tuple[object, ...]]:
    """What is said of each student of a run, as the database has it."""
    asked = text(f"SELECT {', '.join(SAID)} FROM scores WHERE run_id = :run")
    with service.read_session() as session:
        return {tuple(row) for row in session.execute(asked, {"run": run_id})}
