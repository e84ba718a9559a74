"""Students, their demographics, and staff, from users, roles and demographics of a package."""

import ibis
import ibis.expr.types as ir

from features.ingest.adapters.oneroster.cells import day_text, known_day, parts_of
from features.ingest.adapters.oneroster.native_tables import native
from features.sources.oneroster import OneRoster

STUDENT = "student"

STAFF_ROLES = {
    "counselor": "counselor", "principal": "principal", "siteadministrator": "principal",
    "districtadministrator": "district", "systemadministrator": "district",
}  # fmt: skip
"""Roles of people who may see students, in both versions' words without spaces, and what we call them."""

UNKNOWN_BIRTH = "1900-01-01"
"""From when on an attribute holds of whom no birth date is known: a package says no day."""

SEXES = {"male": "M", "female": "F", "other": "X"}
RACE_NAMES = {
    "americanIndianOrAlaskaNative": "Native American", "asian": "Asian", "blackOrAfricanAmerican": "Black",
    "nativeHawaiianOrOtherPacificIslander": "Pacific Islander", "white": "White", "hispanicOrLatinoEthnicity": "Latino",
}  # fmt: skip
"""What a race or ethnicity is called in our records."""


def own_id(rows: ir.Table, source: OneRoster) -> ir.StringValue:
    """The id by which records name a person or school; its `sourcedId` where the other one is empty."""
    return rows.sourcedId if source.ids == "sourcedId" else rows.identifier.fill_null(rows.sourcedId)


def role_word(role: ir.StringValue) -> ir.StringValue:
    """A role in one spelling."""
    return role.lower().re_replace(r"[\s_-]", "")


def roles_of_users() -> ir.Table:
    """Every role that a user has at an org: `user`, `role`, `org`, `is_primary`, from roles and from users."""
    roles, users = native("roles"), native("users")
    of_roles = roles.select(
        user=roles.userSourcedId, role=role_word(roles.role), org=roles.orgSourcedId,
        is_primary=(roles.roleType.lower() == "primary").fill_null(False),
    )  # fmt: skip
    with_role = users.filter(users.role.notnull())
    of_users = with_role.select(
        user=with_role.sourcedId, role=role_word(with_role.role), org=parts_of(with_role.orgSourcedIds)[0].strip(),
        is_primary=ibis.literal(True),
    )  # fmt: skip
    return of_roles.union(of_users)


STUDENTS = "student_users"
"""The temporary table of the users who are students, which nearly every part of a package joins."""


def student_users(source: OneRoster) -> ir.Table:
    """The users who are students, each with `student_id`, as they were found once."""
    return ibis.table(found_students(source).schema(), name=STUDENTS)


def found_students(source: OneRoster) -> ir.Table:
    """The users who are students by a role or in a class, each with `student_id`."""
    roles, members = roles_of_users(), native("enrollments")
    of_roles = roles.filter(roles.role == STUDENT).select(user=roles.user)
    of_classes = members.filter(role_word(members.role) == STUDENT).select(user=members.userSourcedId)
    users = native("users").semi_join(of_roles.union(of_classes).distinct(), [("sourcedId", "user")])
    return users.mutate(student_id=own_id(users, source))


def student_rows(source: OneRoster) -> ir.Table:
    """The rows of `students`."""
    born = native("demographics").select(person="sourcedId", birthDate="birthDate")
    rows = student_users(source).left_join(born, [("sourcedId", "person")])
    within = rows.userIds.re_extract(r"\{\s*" + source.state_id + r"\s*:\s*([^}]*?)\s*\}", 1).nullif("")
    return rows.select(
        "origin", "row", "student_id",
        first_name=rows.givenName, last_name=rows.familyName, birth_date=day_text(rows.birthDate),
        state_id=within if source.state_id else rows.userMasterIdentifier, known_on=known_day(rows.dateLastModified),
    )  # fmt: skip


def demographic_rows(source: OneRoster, column: str) -> ir.Table:
    """The rows of `demographics` that one column of the package gives: `sex`, or a race with `true`."""
    rows = native("demographics")
    students = student_users(source).select(person="sourcedId", student_id="student_id")
    rows = rows.inner_join(students, [("sourcedId", "person")])
    if column == "sex":
        sex = rows.sex.strip().lower()
        rows = rows.filter(rows.sex.notnull() & (sex != "unspecified"))
        attribute, value = "sex", rows.sex.strip().lower().cases(*SEXES.items(), else_=rows.sex)
    else:
        rows = rows.filter(rows[column].strip().lower().isin(("true", "1", "yes")))
        attribute, value = "race_ethnicity", ibis.literal(RACE_NAMES[column])
    return rows.select(
        "origin", "row", "student_id", attribute=ibis.literal(attribute), value=value,
        start_date=day_text(rows.birthDate).fill_null(UNKNOWN_BIRTH), known_on=known_day(rows.dateLastModified),
    )  # fmt: skip


def staff_rows(source: OneRoster) -> ir.Table:
    """The rows of `staff`: the users with a role that sees students, each with one, the primary one first."""
    orgs = native("orgs")
    schools = orgs.select(org="sourcedId", school_id=own_id(orgs, source), org_type=orgs.type.lower())
    roles = roles_of_users().left_join(schools, "org")
    of_district = (roles.role == "administrator") & (roles.org_type != "school").fill_null(True)
    known = roles.role.cases(*STAFF_ROLES.items(), else_=None)
    meant = ibis.cases((of_district, "district"), (roles.role == "administrator", "principal"), else_=known)
    roles = roles.mutate(meant=meant).filter(ibis._.meant.notnull())
    order = [ibis.desc("is_primary"), "meant", "org"]
    chosen = roles.mutate(place=ibis.row_number().over(group_by="user", order_by=order)).filter(ibis._.place == 0)
    at_school = ibis.ifelse(chosen.meant == "district", None, chosen.school_id)
    chosen = chosen.select(person="user", meant="meant", school_id=at_school)
    rows = native("users").inner_join(chosen, [("sourcedId", "person")])
    return rows.select(
        "origin", "row", staff_id=own_id(rows, source), first_name=rows.givenName, last_name=rows.familyName,
        email=rows.email, role=rows.meant, school_id=rows.school_id, known_on=known_day(rows.dateLastModified),
    )  # fmt: skip
