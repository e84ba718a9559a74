"""A OneRoster CSV package: its manifest, and the files of it that are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from features.file_mapping.declaration import Dialect
from features.ingest.adapters.adapter import Arrival
from features.ingest.files.csv_rows import read_csv
from features.ingest.files.sources import SourceFile
from features.ingest.findings import DataRefused, Finding
from features.sources.declaration import Source
from features.sources.oneroster import OneRoster, OneRosterRest

EACH = ("sourcedId", "status", "dateLastModified")
"""The columns that every file of a package begins with."""

RACES = (
    "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican", "nativeHawaiianOrOtherPacificIslander", "white",
    "hispanicOrLatinoEthnicity",
)  # fmt: skip
"""The columns of demographics that say a race or an ethnicity."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "orgs": ("name", "type", "identifier"),
    "academicSessions": ("title", "type", "startDate", "endDate", "schoolYear"),
    "courses": ("title", "courseCode", "subjects", "subjectCodes"),
    "classes": (
        "title", "grades", "courseSourcedId", "classType", "schoolSourcedId", "termSourcedIds", "subjects",
        "subjectCodes",
    ),
    "users": (
        "orgSourcedIds", "role", "givenName", "familyName", "email", "identifier", "userIds", "userMasterIdentifier",
        "grades",
    ),
    "roles": ("userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId"),
    "enrollments": ("classSourcedId", "schoolSourcedId", "userSourcedId", "role", "beginDate", "endDate"),
    "demographics": ("birthDate", "sex", *RACES),
    "categories": ("title",),
    "lineItems": ("title", "classSourcedId", "categorySourcedId", "academicSessionSourcedId"),
    "results": ("lineItemSourcedId", "studentSourcedId", "scoreStatus", "score", "scoreDate", "textScore"),
    "absences": (
        "studentSourcedId", "schoolSourcedId", "classSourcedId", "date", "code", "share", "excused",
    ),
}  # fmt: skip
"""The files that are read, and the columns of each that are; passwords, phones and the rest never are.

Absences are an extension: they are read where the district declares them, under the names that it says.
"""

ABSENCES = "absences"

ALIASES: Mapping[tuple[str, str], str] = {
    ("lineItems", "gradingPeriodSourcedId"): "academicSessionSourcedId",
    ("demographics", "userSourcedId"): "sourcedId",
    ("users", "orgSourcedId"): "orgSourcedIds",
    ("classes", "termSourcedId"): "termSourcedIds",
}
"""Names of columns in version 1.1 and before it."""

NEEDED = ("orgs", "academicSessions", "classes", "users", "enrollments")
"""The files without which there is no roster; a package of changes needs none."""

VERSIONS = ("1.1", "1.2")
PLAIN = Dialect()


@dataclass(frozen=True)
class Package:
    """A package as it came: its version, its files by name, and how each was sent: bulk or delta.

    `absences` says how the district calls the columns of that file, and which of them must be there.
    """

    version: str
    files: Mapping[str, SourceFile]
    sent: Mapping[str, str]
    absences: Mapping[str, str] = field(default_factory=dict)
    needed: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeclaredAbsences:
    """How a package calls its file of absences and the columns of it; a pull of an API writes our own names."""

    file: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    needed: tuple[str, ...] = ()


def declared_absences(source: Source) -> DeclaredAbsences:
    """What a source says of absences; no file where it says nothing."""
    said = source.absences if isinstance(source, OneRoster) else None
    if said is None:
        return DeclaredAbsences()
    if isinstance(source, OneRosterRest):
        return DeclaredAbsences(ABSENCES)
    return DeclaredAbsences(said.file, said.names, said.needed)


def file_names(source: Source) -> dict[str, str]:
    """Native table = the name of its file, without .csv."""
    absences = declared_absences(source).file
    return {name: name for name in COLUMNS if name != ABSENCES} | ({ABSENCES: absences} if absences else {})


def package_of(arrival: Arrival) -> Package:
    """The package among the files that came; DataRefused where it is none, or one that is not read."""
    by_name = {PurePosixPath(file.name).name.lower().removesuffix(".gz"): file for file in arrival.files}
    manifest = by_name.get("manifest.csv")
    said = properties_of(manifest) if manifest else {}
    version = said.get("oneroster.version", "").strip()
    name = manifest.name if manifest else "manifest.csv"
    if manifest is not None and version not in VERSIONS:
        expected = f"expected oneroster.version {' or '.join(VERSIONS)}; export the package in one of them"
        raise DataRefused([Finding("SRC01", name, None, "oneroster.version", expected)])
    if manifest is None and arrival.source.kind == "oneroster-rest":
        expected = "expected a whole pull; run `ontrack pull` again"
        raise DataRefused([Finding("SRC02", name, None, "", expected)])
    names = file_names(arrival.source)
    files = {one: by_name[f"{file.lower()}.csv"] for one, file in names.items() if f"{file.lower()}.csv" in by_name}
    sent = {one: said.get(f"file.{names[one]}", "bulk").strip().lower() for one in files}
    files = {one: file for one, file in files.items() if sent[one] != "absent"}
    refuse_missing(said, files, sent, names)
    absences = declared_absences(arrival.source)
    return Package(version or "1.1", files, sent, absences.columns, absences.needed)


def refuse_missing(
    said: Mapping[str, str], files: Mapping[str, SourceFile], sent: Mapping[str, str], names: Mapping[str, str]
) -> None:
    """Raise DataRefused where a file is missing that the manifest promises, or that a roster cannot do without.

    Absences are needed of a whole package where the district declares them.
    """
    promised = [
        one for one, file in names.items() if said.get(f"file.{file}", "absent").strip().lower() in ("bulk", "delta")
    ]
    lacking = [one for one in promised if one not in files]
    whole = not any(how == "delta" for how in sent.values())
    if whole:
        needed = [*NEEDED, *(one for one in names if one == ABSENCES)]
        lacking += [one for one in needed if one not in files and one not in lacking]
    expected = "expected this file of the package; send the whole package again"
    if lacking:
        raise DataRefused([Finding("SRC02", f"{names[one]}.csv", None, "", expected) for one in lacking])


def properties_of(manifest: SourceFile) -> dict[str, str]:
    """What the manifest says: property = value."""
    with read_csv(manifest, PLAIN, None) as rows:
        found: dict[str, str] = {}
        for batch in rows.batches if len(rows.names) > 1 else ():
            names, values = batch.column(1).to_pylist(), batch.column(2).to_pylist()
            found |= {str(name).strip(): str(value) for name, value in zip(names, values, strict=True)}
        return found


def files_read(arrival: Arrival) -> tuple[SourceFile, ...]:
    """The files of the package that are read, its manifest among them."""
    package = package_of(arrival)
    manifest = [file for file in arrival.files if PurePosixPath(file.name).name.lower() == "manifest.csv"]
    return (*manifest, *package.files.values())
