"""The adapters of Ed-Fi resources: files of them, bulk XML, and what was pulled from an API."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from features.errors import Refused
from features.file_mapping.declaration import FileMapping
from features.ingest.adapters.adapter import Adapter, Arrival, CanonicalRows, Conversion
from features.ingest.adapters.edfi.mart_export import PROGRAM_RESOURCES, TENANT_CODE, DistrictWords, export_marts
from features.ingest.adapters.edfi.resource_files import resource_of, store_lines
from features.ingest.adapters.edfi.store import open_scratch_store
from features.ingest.adapters.edfi.xml_files import is_xml, store_elements
from features.ingest.adapters.marts.mart_adapter import files_of_marts, rows_of_marts
from features.ingest.adapters.marts.mart_rows import Marts
from features.ingest.adapters.marts.mart_views import mart_files
from features.ingest.adapters.marts.table_mappings import mapping_of
from features.ingest.files.sources import SourceFile
from features.ingest.findings import DataRefused, Finding
from features.settings import District
from features.sources.marts import EdFiResources

PULLED = "pulled.json"
"""The file that a finished pull leaves beside its marts."""

NEEDED = ("schools", "calendarDates", "students", "studentSchoolAssociations")
"""Resources without which nothing can be loaded."""

MAIN_RESOURCES: Mapping[str, str] = {
    "dim_school": "schools", "dim_calendar_date": "calendarDates", "dim_session": "sessions",
    "dim_grading_period": "gradingPeriods", "dim_student": "students",
    "fct_student_school_association": "studentSchoolAssociations",
    "fct_student_school_attendance_event": "studentSchoolAttendanceEvents",
    "fct_student_section_attendance_event": "studentSectionAttendanceEvents",
    "fct_student_section_association": "studentSectionAssociations", "fct_student_grades": "grades",
    "fct_course_transcripts": "courseTranscripts", "fct_student_diploma": "studentAcademicRecords",
    "fct_student_discipline_incident_behaviors": "studentDisciplineIncidentBehaviorAssociations",
    "fct_student_discipline_actions": "disciplineActions", "dim_staff": "staffs", **PROGRAM_RESOURCES,
}  # fmt: skip
"""The resource that a mart's rows are of."""


def words_of(district: District, source: EdFiResources) -> DistrictWords:
    """The descriptors that a district declares."""
    severity = mapping_of("incidents", district.files.get("incidents", FileMapping())).codes["severity"]
    return DistrictWords(source.school_days, tuple(code for code, kind in severity.items() if kind == "major"))


def resources_source(arrival: Arrival) -> EdFiResources:
    """The declaration of an arrival's source."""
    if not isinstance(arrival.source, EdFiResources):
        raise TypeError(arrival.source.kind)
    return arrival.source


def files_of_resources(arrival: Arrival) -> tuple[SourceFile, ...]:
    """The files of known resources; DataRefused where one that is needed is missing."""
    found = tuple(file for file in arrival.files if resource_of(file) is not None)
    there = {one.name for file in found if (one := resource_of(file)) is not None}
    lacking = [name for name in NEEDED if name not in there]
    if lacking:
        expected = "missing resource: expected a file of JSON Lines"
        raise DataRefused([Finding("FILE01", f"{name}.jsonl", None, "", expected) for name in lacking])
    return found


def rows_of_files(conversion: Conversion) -> Iterator[CanonicalRows]:
    """The canonical rows of files of resources."""
    source, marts = resources_source(conversion.arrival), conversion.scratch / "marts"
    names: dict[str, str] = {}
    with open_scratch_store(conversion.scratch / "resources.duckdb") as store:
        for file in files_of_resources(conversion.arrival):
            one = resource_of(file)
            if one is not None:
                store_lines(store, file, one)
                names[one.name] = file.name
        export_marts(store, marts, words_of(conversion.arrival.district, source))
    yield from rows_of_written(conversion, marts, names)


def rows_of_written(conversion: Conversion, folder: Path, names: Mapping[str, str]) -> Iterator[CanonicalRows]:
    """The canonical rows of marts that were written from files."""
    attendance, files = resources_source(conversion.arrival).attendance, marts_of_resources(folder, names)
    return rows_of_marts(conversion, Marts(files, TENANT_CODE, attendance, conversion.today))


def files_of_xml(arrival: Arrival) -> tuple[SourceFile, ...]:
    """The files of bulk XML; DataRefused where there is none."""
    found = tuple(file for file in arrival.files if is_xml(file))
    if not found:
        raise DataRefused([Finding("FILE01", "*.xml", None, "", "no file: expected interchanges of Ed-Fi bulk XML")])
    return found


def rows_of_xml(conversion: Conversion) -> Iterator[CanonicalRows]:
    """The canonical rows of files of bulk XML; DataRefused where no file has a resource that is needed."""
    source, marts = resources_source(conversion.arrival), conversion.scratch / "marts"
    with open_scratch_store(conversion.scratch / "resources.duckdb") as store:
        names = store_elements(store, files_of_xml(conversion.arrival))
        expected = "expected elements of this resource in one of the files"
        if lacking := [Finding("FILE01", name, None, "", expected) for name in NEEDED if name not in names]:
            raise DataRefused(lacking)
        export_marts(store, marts, words_of(conversion.arrival.district, source))
    yield from rows_of_written(conversion, marts, names)


def marts_of_resources(folder: Path, names: Mapping[str, str]) -> dict[str, tuple[SourceFile, ...]]:
    """The marts in a folder under the names of the files that they come from; none of a resource without a file."""
    found = mart_files(SourceFile(path.name, path) for path in sorted(folder.iterdir()))
    return {
        mart: tuple(SourceFile(names.get(MAIN_RESOURCES.get(mart, ""), file.name), file.path) for file in files)
        for mart, files in found.items()
        if mart not in MAIN_RESOURCES or MAIN_RESOURCES[mart] in names
    }


def files_of_pull(arrival: Arrival) -> tuple[SourceFile, ...]:
    """The marts that a pull left; Refused where none was finished."""
    if not any(file.name.rpartition("/")[2] == PULLED for file in arrival.files):
        raise Refused(f"{arrival.district.id}: no finished pull; run `ontrack pull --district {arrival.district.id}`")
    return files_of_marts(arrival)


def rows_of_pull(conversion: Conversion) -> Iterator[CanonicalRows]:
    """The canonical rows of what was pulled."""
    source = resources_source(conversion.arrival)
    marts = Marts(mart_files(conversion.arrival.files), TENANT_CODE, source.attendance, conversion.today)
    return rows_of_marts(conversion, marts)


EDFI_FILES = Adapter(reads=files_of_resources, convert=rows_of_files, mapping=mapping_of)
"""Files of Ed-Fi resources."""

EDFI_XML = Adapter(reads=files_of_xml, convert=rows_of_xml, mapping=mapping_of)
"""Files of Ed-Fi bulk XML."""

EDFI_API = Adapter(reads=files_of_pull, convert=rows_of_pull, mapping=mapping_of)
"""What was pulled from an Ed-Fi API."""
