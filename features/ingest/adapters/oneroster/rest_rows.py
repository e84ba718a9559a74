"""Objects of the OneRoster API as rows of the CSV files of a package."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from features.ingest.adapters.oneroster.package import ABSENCES, COLUMNS, EACH
from features.sources.oneroster import OneRosterRest
from features.sources.oneroster_absences import Absences

Json = Mapping[str, object]


@dataclass(frozen=True)
class Collection:
    """One collection of the API: the file that it becomes, its service in version 1.2, and the member with its rows."""

    file: str
    service: str
    path: str
    member: str


COLLECTIONS = tuple(
    Collection(name, service, path or name, member or name)
    for name, service, path, member in (
        ("orgs", "rostering", "", ""),
        ("academicSessions", "rostering", "", ""),
        ("courses", "rostering", "", ""),
        ("classes", "rostering", "", ""),
        ("users", "rostering", "", ""),
        ("enrollments", "rostering", "", ""),
        ("demographics", "rostering", "", ""),
        ("categories", "gradebook", "", ""),
        ("lineItems", "gradebook", "", ""),
        ("results", "gradebook", "", ""),
    )
)
"""The collections that are read, in the order in which they are asked for."""

REFERENCES: Mapping[str, tuple[str, ...]] = {
    "courseSourcedId": ("course",), "schoolSourcedId": ("school",), "termSourcedIds": ("terms",),
    "orgSourcedIds": ("orgs",), "userSourcedId": ("user",), "classSourcedId": ("class",),
    "categorySourcedId": ("category",), "academicSessionSourcedId": ("academicSession", "gradingPeriod"),
    "lineItemSourcedId": ("lineItem",), "studentSourcedId": ("student",),
}  # fmt: skip
"""Columns of files that are a reference in an object, and its names there."""

ROLE_COLUMNS = (*EACH, *COLUMNS["roles"])


def collections_of(source: OneRosterRest) -> tuple[Collection, ...]:
    """The collections that are read of a source: those of the standard, and absences where it says where they are."""
    said = source.absences
    return (*COLLECTIONS, *([Collection(ABSENCES, "", said.path, said.member)] if said else []))


def row_of(file: str, one: Json, absences: Absences | None = None) -> list[str]:
    """An object as a row of its file; one of absences by the members that a district names."""
    if file == ABSENCES and absences is not None:
        theirs = {ours: name for name, ours in absences.names.items()}
        return [declared_cell(theirs.get(column, column), one) for column in (*EACH, *COLUMNS[file])]
    return [cell_of(column, one) for column in (*EACH, *COLUMNS[file])]


def declared_cell(name: str, one: Json) -> str:
    """The cell of a member that a district names: of a reference its id, of a list of them the first's."""
    value = one.get(name)
    if isinstance(value, list | dict):
        return next(ids_in(value), "")
    return cell_of(name, one)


def cell_of(column: str, one: Json) -> str:
    """One cell: a reference's id, a list with commas, ids of users with their types, else the text."""
    if column in REFERENCES:
        found = next((one[name] for name in REFERENCES[column] if one.get(name)), None)
        return ",".join(ids_in(found))
    value = one.get(column)
    if column == "userIds" and isinstance(value, list):
        typed = [entry for entry in value if isinstance(entry, dict)]
        return ",".join(f"{{{entry.get('type', '')}:{entry.get('identifier', '')}}}" for entry in typed)
    if isinstance(value, list):
        return ",".join(str(part) for part in value)
    return (
        ""
        if value is None or isinstance(value, dict)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )


def ids_in(found: object) -> Iterator[str]:
    """The ids of a reference, or of a list of them."""
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, dict) and one.get("sourcedId"):
            yield str(one["sourcedId"])


def role_rows(user: Json) -> Iterator[list[str]]:
    """The roles of a user, which stand within it, as rows of roles.csv."""
    roles = user.get("roles")
    for place, role in enumerate(roles if isinstance(roles, list) else ()):
        if isinstance(role, dict):
            cells = {name: cell_of(name, role) for name in ROLE_COLUMNS}
            of_user = {"sourcedId": f"{user.get('sourcedId')}-{place}", "userSourcedId": str(user.get("sourcedId"))}
            changed = {name: cell_of(name, user) for name in ("status", "dateLastModified")}
            org = {"orgSourcedId": ",".join(ids_in(role.get("org")))}
            yield list((cells | changed | of_user | org).values())
