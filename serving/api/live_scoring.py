"""What live scores of a district are made from; loaded with the first that is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError
from sqlalchemy.orm import Session

from features.engine.view_policies import view_policies_of
from features.schedule import first_monday
from features.snapshots.live_features import LiveCalendar
from serving.api.live_score import LiveScoreInputs, score_students
from serving.api.messages import SentRecords
from serving.api.record_consistency import record_mistakes
from serving.api.score_messages import InsufficientData, LiveScore, LiveScores, RefusedRecords
from serving.app_context import AppContext
from serving.scoring.district_release import DistrictRelease
from serving.store.rows import RunRow
from serving.web.problems import Mistake, RecordsRefused, to_mistake
from serving.wording.locale import Language, msgid

NO_CALENDAR = msgid("This district has no scoring run yet, so its calendar is not known here.")
OTHER_SCHOOLS = msgid("The calendar of none of the schools in `enrollments` is known here.")
NO_RELEASE = msgid("No release is in service for this district.")


@dataclass(frozen=True)
class ServedRun:
    """A run of the last list, and the release that serves its outcome now."""

    run: RunRow
    release: DistrictRelease


@dataclass(frozen=True)
class LiveScoring:
    """What live scores of a district are made from: the runs of its last list, in the order of their outcomes.

    `told` says whether reasons may be given.
    """

    session: Session
    context: AppContext
    runs: Sequence[RunRow]
    language: Language
    told: bool

    def one(self, records: SentRecords) -> LiveScore | InsufficientData:
        """The answer for one student; RecordsRefused for rows that contradict themselves, each other, or the date."""
        mistakes = record_mistakes(records, self.as_of)
        if mistakes:
            raise RecordsRefused(mistakes)
        return self.answers([records])[0]

    def several(self, students: Sequence[Mapping[str, object]]) -> LiveScores:
        """The answers for several students, each by itself."""
        sent = [self.read(place, one) for place, one in enumerate(students)]
        answers = iter(self.answers([one for one in sent if isinstance(one, SentRecords)]))
        return LiveScores.model_construct(
            scores=[next(answers) if isinstance(one, SentRecords) else one for one in sent]
        )

    @property
    def as_of(self) -> date | None:
        """The date that the scores look from; None before the first run."""
        return self.runs[0].as_of if self.runs else None

    def read(self, place: int, one: Mapping[str, object]) -> SentRecords | RefusedRecords:
        """The records of one of several students; what is not as expected about them."""
        try:
            records = SentRecords.model_validate(one)
            mistakes = record_mistakes(records, self.as_of)
        except ValidationError as error:
            mistakes = [to_mistake(("body", *e["loc"]), e["type"], e.get("ctx"), SentRecords) for e in error.errors()]
        if not mistakes:
            return records
        within = f"#/students/{place}"
        return RefusedRecords(
            errors=[Mistake(pointer=f"{within}{one.pointer.removeprefix('#')}", detail=one.detail) for one in mistakes]
        )

    def answers(self, students: Sequence[SentRecords]) -> list[LiveScore | InsufficientData]:
        """The answer for each student; those of the same schools are looked at together."""
        if not self.runs:
            return [InsufficientData(detail=self.language.translate(NO_CALENDAR)) for _ in students]
        served = served_scorers(self.context, self.runs)
        groups: dict[frozenset[str], list[int]] = {}
        for place, records in enumerate(students):
            groups.setdefault(frozenset(row.school_id for row in records.enrollments), []).append(place)
        found: dict[int, LiveScore | InsufficientData] = {}
        for schools, places in groups.items():
            found |= zip(places, self.group(served, schools, [students[place] for place in places]), strict=True)
        return [found[place] for place in range(len(students))]

    def group(
        self, served: Sequence[ServedRun], schools: frozenset[str], students: Sequence[SentRecords]
    ) -> list[LiveScore | InsufficientData]:
        """The answers for students of the same schools, each by the first outcome that is about them."""
        calendar = self.context.calendars.of(self.session, self.runs[0], schools)
        if calendar is None or not served:
            detail = self.language.translate(NO_RELEASE if calendar is not None else OTHER_SCHOOLS)
            return [InsufficientData(detail=detail) for _ in students]
        first, *others = served
        answers = score_students(self.inputs(first, calendar), students)
        for one in others:
            waiting = [place for place, answer in enumerate(answers) if isinstance(answer, InsufficientData)]
            if waiting:
                more = score_students(self.inputs(one, calendar), [students[place] for place in waiting])
                for place, answer in zip(waiting, more, strict=True):
                    answers[place] = answer if isinstance(answer, LiveScore) else answers[place]
        return answers

    def inputs(self, served: ServedRun, calendar: LiveCalendar) -> LiveScoreInputs:
        """What a live score by one release needs."""
        run, settings = served.run, self.context.settings
        declared = settings.district(run.district_id).policies
        return LiveScoreInputs(
            release=served.release,
            as_of=run.as_of,
            data_as_of=run.data_through,
            calendar=calendar,
            cuts=settings.service.bands,
            least=settings.audit.smallest_group,
            language=self.language,
            first_day=first_monday(run.as_of, run.school_week) if run.school_week else None,
            policies=view_policies_of(declared, has_overlaps=True),
            enrollment=declared.enrollment,
            told=self.told,
        )


def served_scorers(context: AppContext, runs: Sequence[RunRow]) -> list[ServedRun]:
    """The runs whose outcome has a release in service, with it as it serves on their date."""
    found = [(run, context.releases.current(run.district_id, run.outcome)) for run in runs]
    return [ServedRun(run, release.on(run.school_week, run.as_of)) for run, release in found if release is not None]
