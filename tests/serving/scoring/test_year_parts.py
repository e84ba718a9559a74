"""A run is scored by what serves on its date, says so, and splits a change where another scorer has taken over."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from features.progress import quietly
from features.simulator.plan import Plan
from features.warehouse.file import open_warehouse
from models.bundle.bundle import BundleParts
from models.bundle.year_parts import JudgedWeek, ServedPart
from serving.scoring.decoding import may_be_told
from serving.scoring.run_summary import RunSummary, served_lines
from serving.scoring.score_district import score_district
from serving.store.rows import RunRow, ScoreRow
from tests.districts import simulated_warehouse
from tests.serving.example_releases import RULE, model_parts, release
from tests.serving.example_service import NOW, TODAY, ExampleService

BEFORE = TODAY - timedelta(weeks=2)
LATE_RULE = replace(RULE, shares=(0.05, 0.45, 0.9))
Span = dict[str, float]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated district's warehouse."""
    return simulated_warehouse(Plan("harbor", 400, TODAY, years=2), tmp_path_factory.mktemp("made") / "harbor.duckdb")


@pytest.fixture
def scoring(empty_service: ExampleService, made: Path) -> ExampleService:
    """A service with a simulated district that has no release yet."""
    warehouse = empty_service.context.settings.warehouse("harbor")
    warehouse.parent.mkdir()
    warehouse.write_bytes(made.read_bytes())
    return empty_service


def week_of(made: Path, day: date) -> int:
    """The school week of a date."""
    with open_warehouse(made) as reader:
        week = reader.view(day).school_week
    assert week is not None
    return week


def by_part(made: Path) -> BundleParts:
    """A bundle by which a rule serves until a week ago, and the model from then on; judged two weeks ago and today."""
    early, late = (JudgedWeek(week_of(made, day), f"{day:%m-%d}", f"{day:%m-%d}") for day in (BEFORE, TODAY))
    first = ServedPart("first_weeks", 1, late.week - 1, "rule", "not_enough_evidence", "grade9", RULE, (early,))
    autumn = ServedPart("autumn", late.week, 40, "model", "pass", "grade9", LATE_RULE, (late,))
    made_parts = model_parts("harbor")
    figures = {"estimate": 0.62, "low": 0.55, "high": 0.7}
    return replace(
        made_parts,
        gate={**(made_parts.gate or {}), "parts": {"first_weeks": "not_enough_evidence", "autumn": "pass"}},
        metrics={
            "headline": {},
            "listed": 50,
            "test_year": 2026,
            "parts": {"autumn": {"headline": {"model": figures, "rule": figures}}, "first_weeks": {"headline": {}}},
        },
        parts=(first, autumn),
    )


def score(service: ExampleService, as_of: date) -> RunSummary:
    """A scoring run of a date."""
    context = service.context
    made = score_district(context.settings, context.engine, "harbor", as_of=as_of, now=NOW, progress=quietly)
    (run,) = made.runs
    return run


def stored(service: ExampleService, run: RunSummary) -> tuple[RunRow, list[ScoreRow]]:
    """A run and its students' scores, as they are stored."""
    with service.read_session() as session:
        row = session.get(RunRow, ("harbor", run.run_id))
        assert row is not None
        scores = session.scalars(select(ScoreRow).where(ScoreRow.run_id == run.run_id)).all()
        session.expunge_all()
        return row, list(scores)


def test_each_date_is_scored_by_what_serves_there_and_a_change_between_them_is_split(
    scoring: ExampleService, made: Path
) -> None:
    release(scoring, "harbor", by_part(made))
    earlier, early_scores = stored(scoring, score(scoring, BEFORE))
    later, late_scores = stored(scoring, score(scoring, TODAY))
    assert (earlier.part, earlier.scorer, earlier.verdict) == ("first_weeks", "rule", "not_enough_evidence")
    assert (later.part, later.scorer, later.verdict) == ("autumn", "model", "pass")
    assert (earlier.headline, later.headline and later.headline["per_hundred"]) == (None, 62)
    assert [part["serves"] for part in later.parts or []] == ["rule", "model"]
    assert earlier.not_judged is later.not_judged is None
    assert {one.risk for one in early_scores} - {None} <= set(RULE.shares)
    assert not {one.risk for one in late_scores} & set(RULE.shares)
    changes = [(one, one.change) for one in late_scores if one.change]
    assert len(changes) > 40
    for one, change in changes:
        by_data, by_release = (float(str(change[name])) for name in ("by_data", "by_release"))
        before, now = float(one.previous_risk or 0), float(one.risk or 0)
        assert change["across_parts"] is True
        assert min(abs(before + by_data - share) for share in RULE.shares) < 1e-12
        assert by_data + by_release == pytest.approx(now - before, abs=1e-12)


@pytest.mark.parametrize(
    ("moved", "why", "says"),
    [
        (timedelta(weeks=12), "week", "no list was judged so early or so late in a school year"),
        (timedelta(weeks=0), "calendar", "school began more than two weeks earlier or later"),
    ],
)
def test_on_a_date_that_nobody_judged_the_rule_serves_and_the_run_says_why(
    scoring: ExampleService, made: Path, moved: timedelta, why: str, says: str
) -> None:
    parts = by_part(made)
    first, autumn = parts.parts
    shift = timedelta(weeks=0 if moved else 6)
    weeks = tuple(
        JudgedWeek(one.week - moved // timedelta(weeks=1), *[f"{TODAY - moved - shift:%m-%d}"] * 2)
        for one in autumn.weeks
    )
    early = replace(first, through_week=weeks[0].week - 1, weeks=())
    late = replace(autumn, from_week=weeks[0].week, weeks=weeks)
    release(scoring, "harbor", replace(parts, parts=(early, late)))
    run = score(scoring, TODAY)
    row, scores = stored(scoring, run)
    assert (row.scorer, row.part, row.not_judged, run.not_judged) == ("rule", "autumn", why, why)
    assert row.headline is None  # lists of that time of the year were not tested
    assert {one.risk for one in scores} - {None} <= set(LATE_RULE.shares)
    serves, not_judged = served_lines(run)
    assert (
        serves == f"serves: the published rule until week {late.from_week - 1}; the model from week {late.from_week} on"
    )
    assert not_judged.startswith(f"not judged: {says}")


def test_where_the_level_missed_the_model_orders_and_no_number_is_told_nor_later_of_that_date(
    scoring: ExampleService, made: Path
) -> None:
    parts = by_part(made)
    first, autumn = parts.parts
    early = replace(first, serves="model", verdict="pass", numbers=False)
    passed = {**(parts.gate or {}), "parts": {"first_weeks": "pass", "autumn": "pass"}}
    release(scoring, "harbor", replace(parts, gate=passed, parts=(early, autumn)))
    run = score(scoring, BEFORE)
    earlier, untold = stored(scoring, run)
    assert (earlier.scorer, earlier.part, earlier.not_judged) == ("model", "first_weeks", "level")
    assert sum(one.flagged for one in untold) == earlier.flagged > 0
    assert not any(may_be_told(one) for one in untold)
    later, told = stored(scoring, score(scoring, TODAY))
    assert (later.not_judged, {one.previous_risk for one in told}) == (None, {None})
    assert [part["numbers"] for part in later.parts or []] == [False, True]
    serves, why = served_lines(run)
    assert serves.startswith("serves: the model (in order, without numbers) until week")
    assert why.startswith("no number is told: the judged years do not show risks to be near enough")


def test_a_release_made_before_there_were_parts_scores_as_before_and_says_where_it_was_judged_elsewhere(
    scoring: ExampleService,
) -> None:
    profile = {"month_days": ["02-01"]}
    figures = {"headline": {}, "listed": 0, "test_year": 2026, "promised": profile}
    release(scoring, "harbor", replace(model_parts("harbor"), metrics=figures))
    run = score(scoring, TODAY)
    row, _ = stored(scoring, run)
    assert (row.scorer, row.part, row.not_judged, row.parts) == ("model", None, None, None)
    assert [line.partition(" only")[0] for line in served_lines(run)] == ["judged as of 02-01"]
    assert list(served_lines(replace(run, judged_on=()))) == []
