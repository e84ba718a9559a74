"""What is read and written of OneRoster, held against fields and words of the published files of version 1.2."""

import pytest

from features.ingest.adapters.oneroster.native_tables import GONE
from features.ingest.adapters.oneroster.package import ABSENCES, COLUMNS
from features.ingest.adapters.oneroster.people import SEXES, STAFF_ROLES, STUDENT
from features.ingest.adapters.oneroster.schools_and_marks import NOT_GIVEN
from features.simulator.formats.oneroster import HEADERS
from features.sources.oneroster import OneRosterCsv

PUBLISHED = {
    "academicSessions": "title type startDate endDate parentSourcedId schoolYear",
    "orgs": "name type identifier parentSourcedId",
    "courses": "schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes",
    "classes": "title grades courseSourcedId classCode classType location schoolSourcedId termSourcedIds subjects "
               "subjectCodes periods",
    "users": "enabledUser username userIds givenName familyName middleName identifier email sms phone agentSourcedIds "
             "grades password userMasterIdentifier preferredGivenName preferredMiddleName preferredFamilyName "
             "primaryOrgSourcedId pronouns",
    "roles": "userSourcedId roleType role beginDate endDate orgSourcedId userProfileSourcedId",
    "enrollments": "classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate",
    "demographics": "birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican "
                    "nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces "
                    "hispanicOrLatinoEthnicity countryOfBirthCode stateOfBirthAbbreviation cityOfBirth "
                    "publicSchoolResidenceStatus",
    "categories": "title weight",
    "lineItems": "title description assignDate dueDate classSourcedId categorySourcedId academicSessionSourcedId "
                 "resultValueMin resultValueMax schoolSourcedId",
    "results": "lineItemSourcedId studentSourcedId scoreStatus score scoreDate comment textScore classSourcedId "
               "inProgress incomplete late missing",
}  # fmt: skip
"""File = its columns in order, after the three that every file begins with."""

OF_1_1 = {"users": {"orgSourcedIds", "role"}}
"""Columns that are read of version 1.1 alone."""

ROLES = {
    "aide", "counselor", "districtadministrator", "guardian", "parent", "principal", "proctor", "relative",
    "siteadministrator", "student", "systemadministrator", "teacher",
}  # fmt: skip
SESSIONS = {"gradingPeriod", "semester", "schoolYear", "term"}
"""Words of `role`, in lower case, and of a session's `type`."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_column_that_is_read_or_written_is_of_the_published_file(name: str) -> None:
    """What is written for a trial has each column, in order."""
    assert set(COLUMNS[name]) - OF_1_1.get(name, set()) <= set(PUBLISHED[name].split())
    assert " ".join(HEADERS[name]) == PUBLISHED[name]


def test_no_file_is_read_that_the_standard_has_not() -> None:
    """But absences, which a district declares."""
    assert {*COLUMNS, *HEADERS} - {ABSENCES} == {*PUBLISHED}


def test_words_that_are_known_are_those_of_the_standard() -> None:
    assert {STUDENT, *STAFF_ROLES} <= ROLES
    assert set(SEXES) | {"unspecified"} == {"male", "female", "other", "unspecified"}
    assert set(OneRosterCsv().final_terms) <= SESSIONS
    assert "tobedeleted" in GONE
    assert NOT_GIVEN in {"exempt", "fully graded", "not submitted", "partially graded", "submitted"}
