"""Writes to the Ed-Fi API in memory, as a SIS makes them: by natural key, with tags, references and new keys."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import httpx

from tests.features.ingest.adapters.edfi_server import Body, EdFiServer, Record

SECTION = "{0}.localCourseCode {0}.schoolId {0}.schoolYear {0}.sectionIdentifier {0}.sessionName"
SESSION = "{0}.schoolId {0}.schoolYear {0}.sessionName"
STUDENT, SCHOOL = "studentReference.studentUniqueId", "schoolReference.schoolId"

NATURAL_KEYS: Mapping[str, str] = {
    "schools": "schoolId",
    "calendarDates": "date calendarReference.calendarCode calendarReference.schoolId calendarReference.schoolYear",
    "sessions": f"sessionName {SCHOOL} schoolYearTypeReference.schoolYear",
    "gradingPeriods": f"gradingPeriodDescriptor gradingPeriodName {SCHOOL} schoolYearTypeReference.schoolYear",
    "students": "studentUniqueId",
    "studentSchoolAssociations": f"entryDate {SCHOOL} {STUDENT}",
    "studentSchoolAttendanceEvents": "attendanceEventCategoryDescriptor eventDate "
    + f"{SESSION.format('sessionReference')} {STUDENT}",
    "studentSectionAttendanceEvents": "attendanceEventCategoryDescriptor eventDate "
    + f"{SECTION.format('sectionReference')} {STUDENT}",
    "courses": "courseCode educationOrganizationReference.educationOrganizationId",
    "courseOfferings": f"localCourseCode {SESSION.format('sessionReference')}",
    "sections": "sectionIdentifier courseOfferingReference.localCourseCode "
    + SESSION.format("courseOfferingReference"),
    "studentSectionAssociations": f"beginDate {SECTION.format('sectionReference')} {STUDENT}",
    "grades": "gradeTypeDescriptor gradingPeriodReference.gradingPeriodDescriptor "
    "gradingPeriodReference.gradingPeriodName gradingPeriodSchoolYear=gradingPeriodReference.schoolYear "
    + SECTION.format("studentSectionAssociationReference")
    + " studentSectionAssociationReference.beginDate studentSectionAssociationReference.studentUniqueId",
    "studentAcademicRecords": "termDescriptor educationOrganizationReference.educationOrganizationId "
    f"schoolYearTypeReference.schoolYear {STUDENT}",
    "courseTranscripts": "courseAttemptResultDescriptor courseReference.courseCode "
    "courseEducationOrganizationId=courseReference.educationOrganizationId "
    "studentAcademicRecordReference.educationOrganizationId studentAcademicRecordReference.schoolYear "
    "studentAcademicRecordReference.studentUniqueId studentAcademicRecordReference.termDescriptor",
    "disciplineIncidents": f"incidentIdentifier {SCHOOL}",
    "studentDisciplineIncidentBehaviorAssociations": "behaviorDescriptor "
    f"disciplineIncidentReference.incidentIdentifier disciplineIncidentReference.schoolId {STUDENT}",
    "disciplineActions": f"disciplineActionIdentifier disciplineDate {STUDENT}",
}
"""The members of each resource's natural key: the path of each, after `=` where the key names it otherwise."""

RENAMED = {"grades", "sections", "sessions", "studentSchoolAssociations", "studentSectionAssociations"}
"""Resources whose key a PUT may change."""

REFERENCES: Mapping[str, str] = {
    "studentReference": "students", "schoolReference": "schools", "responsibilitySchoolReference": "schools",
    "sessionReference": "sessions", "sectionReference": "sections", "courseOfferingReference": "courseOfferings",
    "courseReference": "courses", "gradingPeriodReference": "gradingPeriods",
    "studentSectionAssociationReference": "studentSectionAssociations",
    "studentAcademicRecordReference": "studentAcademicRecords", "disciplineIncidentReference": "disciplineIncidents",
    "studentDisciplineIncidentBehaviorAssociationReference": "studentDisciplineIncidentBehaviorAssociations",
}  # fmt: skip
"""Members that refer to another resource by its natural key."""


def key_paths(resource: str) -> dict[str, list[str]]:
    """The path of each member of a resource's natural key, by the name that the key gives it."""
    said = (word.rpartition("=") for word in NATURAL_KEYS[resource].split())
    return {name or path.rpartition(".")[2]: path.split(".") for name, _, path in said}


def key_of(resource: str, body: Body) -> dict[str, object] | None:
    """The natural key of a body; None where it lacks a member of it."""
    found: dict[str, object] = {}
    for name, path in key_paths(resource).items():
        value: object = body
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        if value is None:
            return None
        found[name] = value
    return found


def references_in(value: object) -> Iterator[tuple[str, dict[str, object]]]:
    """What a body refers to, however deep: the resource, and the reference itself."""
    if isinstance(value, list):
        for one in value:
            yield from references_in(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name in REFERENCES and isinstance(one, dict):
                yield REFERENCES[name], one
            else:
                yield from references_in(one)


@dataclass
class WritableApi:
    """A server with POST, PUT and DELETE, and GET of one resource or of those with some values, as a SIS uses them.

    `tells_cascades` is whether a resource that gets a new key through what it refers to counts as changed.
    """

    server: EdFiServer
    tells_cascades: bool = True
    given: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request."""
        _, _, path = request.url.path.partition("/data/v3/ed-fi/")
        resource, _, row_id = path.partition("/")
        reads = request.method == "GET" and not (row_id and row_id not in ("deletes", "keyChanges"))
        looked_for = {name: value for name, value in request.url.params.items() if resource in NATURAL_KEYS
                      and name in key_paths(resource)}  # fmt: skip
        if resource not in NATURAL_KEYS or (reads and not looked_for):
            return self.server(request)
        if not self.server.knows(request):
            return httpx.Response(401)
        if reads:
            return httpx.Response(200, json=list(self.with_key(resource, looked_for)))
        if request.method == "POST":
            return self.post(resource, json.loads(request.content))
        record = self.server.records.get(resource, {}).get(row_id)
        if record is None:
            return httpx.Response(404)
        if request.headers.get("if-match", tag_of(record)) != tag_of(record):
            return httpx.Response(412)
        match request.method:
            case "GET":
                return httpx.Response(200, json=record.body, headers={"ETag": tag_of(record)})
            case "PUT":
                return self.put(resource, row_id, json.loads(request.content))
        return self.delete(resource, row_id)

    def post(self, resource: str, body: dict[str, object]) -> httpx.Response:
        """Inserts a resource, or changes the one that has its natural key."""
        key = key_of(resource, body)
        if key is None:
            return httpx.Response(400)
        if not self.resolves(body):
            return httpx.Response(409)
        there = self.found(resource, key)
        self.given += there is None
        row_id = there or f"{self.given:032x}"
        self.server.put(resource, {"id": row_id, **body})
        place = f"/edfi/data/v3/ed-fi/{resource}/{row_id}"
        return httpx.Response(200 if there else 201, headers={"Location": place, **self.tag(resource, row_id)})

    def put(self, resource: str, row_id: str, body: dict[str, object]) -> httpx.Response:
        """Changes a resource, and its key where that may change."""
        old, new = key_of(resource, self.server.records[resource][row_id].body), key_of(resource, body)
        if new is None or (new != old and resource not in RENAMED):
            return httpx.Response(400)
        if not self.resolves(body) or self.found(resource, new) not in (None, row_id):
            return httpx.Response(409)
        self.server.put(resource, {"id": row_id, **body})
        if old is not None and old != new:
            self.tell_new_key(resource, row_id, old, new)
            self.cascade(resource, old, new)
        return httpx.Response(204, headers=self.tag(resource, row_id))

    def delete(self, resource: str, row_id: str) -> httpx.Response:
        """Deletes a resource to which no other refers."""
        key = key_of(resource, self.server.records[resource][row_id].body) or {}
        if any(True for _ in self.referring(resource, key)):
            return httpx.Response(409)
        self.server.delete(resource, row_id)
        return httpx.Response(204)

    def tag(self, resource: str, row_id: str) -> dict[str, str]:
        """The header with a resource's tag."""
        return {"ETag": tag_of(self.server.records[resource][row_id])}

    def found(self, resource: str, key: Mapping[str, object]) -> str | None:
        """The id of the resource with a natural key."""
        held = self.server.records.get(resource, {})
        return next((row_id for row_id, record in held.items() if key_of(resource, record.body) == key), None)

    def with_key(self, resource: str, looked_for: Mapping[str, str]) -> Iterator[Body]:
        """The resources whose natural key has these values, as a query says them."""
        for record in self.server.records.get(resource, {}).values():
            key = key_of(resource, record.body) or {}
            if all(str(key.get(name)) == value for name, value in looked_for.items()):
                yield record.body

    def resolves(self, body: Body) -> bool:
        """Whether all that a body refers to is there."""
        return all(self.found(target, said) is not None for target, said in references_in(body))

    def referring(self, target: str, key: Mapping[str, object]) -> Iterator[tuple[str, str, Record, dict[str, object]]]:
        """Resources that refer to the one with a natural key, each with its reference."""
        for resource, held in self.server.records.items():
            for row_id, record in held.items():
                for named, said in references_in(record.body):
                    if named == target and said == key:
                        yield resource, row_id, record, said

    def cascade(self, target: str, old: Mapping[str, object], new: Mapping[str, object]) -> None:
        """Gives all that refers to a resource its new key, and so on from those whose own key changes by that."""
        for resource, row_id, record, said in list(self.referring(target, old)):
            before = key_of(resource, record.body)
            said.update(new)
            after = key_of(resource, record.body)
            if before is not None and after is not None and before != after:
                record.version = self.tell_new_key(resource, row_id, before, after, record.version)
                self.cascade(resource, before, after)

    def tell_new_key(
        self, resource: str, row_id: str, old: Body, new: Body, version: int | None = None
    ) -> int:  # fmt: skip
        """Notes a change of a key, and returns the change version of the resource after it."""
        self.server.version += 1
        told = {"id": row_id, "changeVersion": self.server.version, "oldKeyValues": old, "newKeyValues": new}
        self.server.keys.setdefault(resource, []).append(told)
        return self.server.version if self.tells_cascades or version is None else version


def tag_of(record: Record) -> str:
    """The tag of a resource's state."""
    return f'"{record.version}"'
