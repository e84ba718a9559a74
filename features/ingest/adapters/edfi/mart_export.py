"""Writes the marts that follow from a store as Parquet files, the same bytes for the same content."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from features.engine.script_cache import query_script
from features.engine.sql_script import Script
from features.ingest.adapters.edfi import fact_queries, mart_queries
from features.ingest.adapters.edfi.store import ResourceStore
from features.ingest.adapters.marts.mart_schemas import TENANT

TENANT_CODE = "edfi"
"""The tenant of marts out of a store, which holds one district."""

PROGRAM_RESOURCES: Mapping[str, str] = {
    "fct_student_special_education_program_association": "studentSpecialEducationProgramAssociations",
    "fct_student_language_instruction_program_association": "studentLanguageInstructionProgramAssociations",
    "fct_student_homeless_program_association": "studentHomelessProgramAssociations",
    "fct_student_school_food_service_program_associations": "studentSchoolFoodServiceProgramAssociations",
    "fct_student_program_association": "studentProgramAssociations",
}
"""Marts of memberships and their resources."""

PLAIN = {
    query.__name__: query
    for query in (
        mart_queries.dim_school, mart_queries.dim_session, mart_queries.dim_grading_period, mart_queries.dim_student,
        mart_queries.fct_student_school_association, mart_queries.dim_staff,
        mart_queries.fct_staff_school_association, mart_queries.fct_staff_ed_org_assignment, mart_queries.dim_program,
        fact_queries.fct_student_school_attendance_event, fact_queries.fct_student_section_attendance_event,
        fact_queries.dim_course, fact_queries.dim_course_section, fact_queries.fct_student_section_association,
        fact_queries.fct_student_grades, fact_queries.fct_course_transcripts, fact_queries.dim_discipline_incident,
        fact_queries.fct_student_discipline_actions, fact_queries.fct_student_diploma,
    )
}  # fmt: skip
"""The queries without words of a district, by mart."""


@dataclass(frozen=True)
class DistrictWords:
    """Descriptors that a district may have otherwise: of days with school, and of severe behavior."""

    school_days: tuple[str, ...]
    severe: tuple[str, ...]


def mart_scripts(words: DistrictWords) -> dict[str, Script]:
    """The compiled query of each mart."""
    return {
        **{name: query_script(query) for name, query in PLAIN.items()},
        **{name: query_script(mart_queries.memberships, one) for name, one in PROGRAM_RESOURCES.items()},
        "dim_calendar_date": query_script(mart_queries.dim_calendar_date, words.school_days),
        "fct_student_discipline_incident_behaviors": query_script(
            fact_queries.fct_student_discipline_incident_behaviors, words.severe
        ),
    }


def export_marts(store: ResourceStore, folder: Path, words: DistrictWords) -> None:
    """Writes every mart into a folder."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, script in mart_scripts(words).items():
        path = str(folder / f"{name}.parquet").replace("'", "''")
        script.run_within(
            store.connection, f"COPY (SELECT '{TENANT_CODE}' AS {TENANT}, * FROM (", {},  # noqa: S608 - our names
            f") ORDER BY ALL) TO '{path}' (FORMAT parquet, COMPRESSION zstd)",
        )  # fmt: skip
