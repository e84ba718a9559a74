"""A scoring run in numbers, and what serves when, as `ontrack score` says it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from features.quality.check_codes import Finding
from models.bundle.year_parts import describe_parts
from models.served_scorer import judged_elsewhere
from serving.scoring.district_release import DistrictRelease
from serving.store.database import read_session
from serving.store.rows import RunRow
from serving.store.run_queries import count_students

NOT_JUDGED = {
    "no_year": "nothing is on record yet to say how such students fared here",
    "week": "no list was judged so early or so late in a school year",
    "calendar": "school began more than two weeks earlier or later than in the judged years",
    "no_school_week": "the first day of this school year is not on record",
}
LEVEL = "the judged years do not show risks to be near enough at this time of the year; the list is in order"


@dataclass(frozen=True)
class RunSummary:
    """A scoring run in numbers; `written` is False where it was there already.

    `serves` says what serves in which part of the year, empty
    where one scorer serves all year; `part` and `not_judged` are as in ScoringRun. `judged_on` are the month-days on
    which a release without parts was judged, where the run's date is far from them.
    """

    run_id: str
    outcome: str
    scorer: str
    students: int
    listed: int
    written: bool
    part: str | None = None
    school_week: int | None = None
    not_judged: str | None = None
    serves: str = ""
    judged_on: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """What `ontrack score --json` prints."""
        return {name: value for name, value in vars(self).items() if name != "warnings"}


@dataclass(frozen=True)
class ListSummary:
    """A list in numbers: those of the run of each outcome, and how many students all of them list.

    `students` counts who has a score of any of them, `listed` who is listed by any; each student once.
    """

    list_id: str
    runs: tuple[RunSummary, ...]
    warnings: tuple[Finding, ...] = ()
    students: int = 0
    listed: int = 0

    @property
    def written(self) -> bool:
        """Whether the list was made by this call."""
        return any(run.written for run in self.runs)

    def as_json(self) -> dict[str, object]:
        """What `ontrack score --json` prints."""
        return {
            "list_id": self.list_id,
            "students": self.students,
            "listed": self.listed,
            "written": self.written,
            "warnings": [finding.as_json() for finding in self.warnings],
            "runs": [run.as_json() for run in self.runs],
        }


def find_list(engine: Engine, releases: Sequence[DistrictRelease], run_ids: Sequence[str]) -> ListSummary | None:
    """The summary of a list that an earlier call wrote, with each outcome that had students; None without one."""
    with read_session(engine, releases[0].district_id) as session:
        found = [
            (row, release)
            for release, run_id in zip(releases, run_ids, strict=True)
            if (row := session.get(RunRow, (release.district_id, run_id)))
        ]
        if not found:
            return None
        list_id = found[0][0].list_id or found[0][0].run_id
        students, listed = count_students(session, releases[0].district_id, list_id)
        summaries = tuple(summary_of(row, release, written=False) for row, release in found)
        return ListSummary(list_id, summaries, students=students, listed=listed)


def summary_of(run: RunRow, release: DistrictRelease, *, written: bool) -> RunSummary:
    """A run of a release in numbers."""
    bundle = release.bundle
    return RunSummary(
        run_id=run.run_id,
        outcome=run.outcome,
        scorer=run.scorer,
        students=run.students,
        listed=run.flagged,
        written=written,
        part=run.part,
        school_week=run.school_week,
        not_judged=run.not_judged,
        serves=describe_parts(bundle.parts) if bundle.parts else "",
        judged_on=judged_elsewhere(bundle, run.as_of),
    )


def served_lines(run: RunSummary) -> Iterator[str]:
    """What serves when, and why a date is one that nobody judged; nothing where there is nothing to say."""
    if run.serves:
        yield f"serves: {run.serves}"
    if run.not_judged == "level":
        yield f"no number is told: {LEVEL} (school week {run.school_week})"
    elif run.not_judged:
        why = NOT_JUDGED[run.not_judged]
        yield f"not judged: {why}; the published rule serves, and no model gives a risk (school week {run.school_week})"
    if run.judged_on:
        days = ", ".join(run.judged_on)
        yield f"judged as of {days} only, more than four weeks from this date; train again to judge the whole year"
