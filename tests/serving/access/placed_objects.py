"""An object of each kind in each school of both districts, by the names that ids have in the API."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import pandas as pd

from features.warehouse.roster import DistrictRoster
from serving.api.presenters import MODEL_ID_LETTERS
from serving.operations.operations import ask_for
from serving.operations.quarantine import keep_quarantine
from serving.records.sent_records import RecordName, send_record
from serving.scoring.run_writer import write_run
from serving.store.cell_types import JsonRow
from serving.webhooks.endpoints import create_endpoint
from tests.serving.example_releases import release, rule_parts
from tests.serving.example_scores import with_scores
from tests.serving.example_service import DISTRICTS, TODAY, ExampleService, frame, run_of, scored, scores_of

SCHOOLS = ("north", "south")
OF_A_STUDENT = frozenset({"student_key", "student_id", "record_id"})
"""Ids of what belongs to one student, and so to a school; the others are of a whole district."""
ABSENT: Mapping[str, str] = {
    "student_key": "k-nobody", "student_id": "999", "run_id": "run-none", "model_id": "0" * 12,
    "operation_id": "import-none", "record_id": "rec-none", "webhook_id": "we-none", "school": "none",
}  # fmt: skip
"""An id of nothing for each name that the API has for one. A route with another name does not pass the tests."""
QUARANTINED: JsonRow = {
    "table_name": "attendance", "file": "attendance.csv", "row": 7, "rule": "ROW03", "broken": "date",
    "expected": "expected a date", "shown": "x", "student_id": "100", "record": "student_id=100",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A school of a district, with the id of an object of each kind that is there."""

    district_id: str
    school: str
    ids: Mapping[str, str]
    family_name: str

    def words(self, *, only_students: bool) -> set[str]:
        """What an answer to somebody else may not say: ids and the student's name; of students only, or all."""
        named = {one for name, one in self.ids.items() if name in OF_A_STUDENT or not only_students}
        return (named | {self.family_name}) - {self.school}


def place_students(service: ExampleService) -> None:
    """Adds a student of each school who is in one district alone, a run of each that has scores of them, and a model.

    The school itself has the same id in both districts, like everything else of the example.
    """
    for district_id in DISTRICTS:
        release(service, district_id, rule_parts(district_id))
        run = run_of(district_id, TODAY + timedelta(days=1))
        scores = [scored(student_key(district_id, school), school, 0.5, None) for school in SCHOOLS]
        run = replace(run, run_id=run_id(district_id), roster=with_students(run.roster, district_id))
        with service.write_session() as session:
            write_run(session, with_scores(run, (*scores_of(district_id), *scores)))


def with_students(roster: DistrictRoster, district_id: str) -> DistrictRoster:
    """The roster with a student more in each school."""
    columns = " ".join(str(name) for name in roster.students)
    added = [
        (student_key(district_id, one), student_id(district_id, one), "Zoe", family_name(district_id, one), 9, one)
        for one in SCHOOLS
    ]
    return replace(roster, students=pd.concat([roster.students, frame(columns, added)], ignore_index=True))


def student_key(district_id: str, school: str) -> str:
    """The key of the student who is in this school alone."""
    return f"k-{district_id}-{school}"


def student_id(district_id: str, school: str) -> str:
    """The district's own number of that student."""
    return f"90{list(DISTRICTS).index(district_id)}{SCHOOLS.index(school)}"


def family_name(district_id: str, school: str) -> str:
    """The last name of that student."""
    return f"Zz{district_id}{school}"


def run_id(district_id: str) -> str:
    """The run that is in one district alone."""
    return f"run-of-{district_id}"


def place_objects(service: ExampleService, number: int) -> list[Place]:
    """New objects that requests may use up, in each school of both districts."""
    return [place for district_id in DISTRICTS for place in places_of(service, district_id, number)]


def places_of(service: ExampleService, district_id: str, number: int) -> list[Place]:
    """The schools of a district, with new operations, records and webhooks."""
    current = service.context.releases.current(district_id, "grade9_off_track_chicago")
    assert current is not None
    operation_id = f"import-{district_id}-{number}"
    with service.write_session() as session:
        now = service.clock()
        asked = ask_for(session, district_id, operation_id, kind="import", subject="a test", request={}, at=now)
        keep_quarantine(session, asked, [QUARANTINED], now)
        webhook, _ = create_endpoint(
            session, district_id, "https://sis.example.org/told", ["run.finished"], subject="a test", at=now,
            box=service.context.secrets,
        )  # fmt: skip
        for school in SCHOOLS:
            name = RecordName(student_key(district_id, school), "attendance", f"rec-{district_id}-{school}")
            send_record(session, district_id, name, absence(school), subject="a test", at=now)
        of_district = {
            "run_id": run_id(district_id), "model_id": current.bundle.digest[:MODEL_ID_LETTERS],
            "operation_id": operation_id, "webhook_id": webhook.endpoint_id,
        }  # fmt: skip
    return [
        Place(district_id, one, {**of_district, **of_school(district_id, one)}, family_name(district_id, one))
        for one in SCHOOLS
    ]


def of_school(district_id: str, school: str) -> dict[str, str]:
    """The ids of what belongs to a school's student."""
    return {
        "student_key": student_key(district_id, school), "student_id": student_id(district_id, school),
        "record_id": f"rec-{district_id}-{school}", "school": school,
    }  # fmt: skip


def absence(school: str) -> dict[str, object]:
    """A record as it is kept."""
    return {
        "school_id": school, "date": "2026-11-19", "section_id": "day", "kind": "absent", "absent_hundredths": 100,
        "excused": False,
    }  # fmt: skip
