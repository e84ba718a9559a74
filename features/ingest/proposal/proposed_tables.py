"""What the mapping of each table would be: its columns, what none of them says, when rows became known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from features.file_mapping.column_mapping import ColumnMapping
from features.file_mapping.date_formats import SPREADSHEET
from features.file_mapping.declaration import Dialect, KnownOnRule
from features.file_mapping.known_on_rules import AFTER
from features.file_mapping.validation import columns_of
from features.ingest.findings import counted
from features.ingest.proposal.column_match import ColumnMatch
from features.ingest.proposal.column_profile import ColumnProfile, share
from features.ingest.proposal.missing_columns import fill_missing, lookup_of
from features.ingest.proposal.proposed_columns import ColumnSetting, has_decimal_comma, setting_of
from features.ingest.proposal.proposed_parts import ProposedPart, parts_of
from features.ingest.proposal.table_match import Matched, SampledFile, TableMatch
from features.ingest.proposal.value_fit import FITTING, SERIAL
from features.table_schema import SCHOOL_YEAR, Column, Table
from features.tables import TABLES


@dataclass(frozen=True)
class ProposedTable:
    """The mapping proposed for one table."""

    table: Table
    file: SampledFile
    settings: tuple[ColumnSetting, ...]
    missing: tuple[str, ...]
    known_on: KnownOnRule
    leave_out: Mapping[str, tuple[str, ...]]
    unplaced: tuple[ColumnProfile, ...]
    dialect: Dialect
    serves_too: bool
    parts: tuple[ProposedPart, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        """The header to declare; empty where the file has one."""
        return () if self.file.sample.has_header else self.file.sample.names


def proposed_tables(matched: Matched, files: Sequence[SampledFile], first_day: str) -> list[ProposedTable]:
    """The mapping of every table that was found, those made from another's file among them."""
    tables = dict(matched.tables) | {one.table.name: one for one in derived(matched.tables)}
    used = [(one.file.name, match.profile.name) for one in tables.values() for match in one.columns.values()]
    has_terms = bool({"terms", "school_terms"} & set(tables))
    found = [
        with_parts(
            proposed_table(tables[name], files, first_day=first_day, used=used, has_terms=has_terms), tables[name], used
        )
        for name in TABLES
        if name in tables
    ]
    return padded_ids([without_read(table, found) for table in found])


def with_parts(table: ProposedTable, match: TableMatch, used: Sequence[tuple[str, str]]) -> ProposedTable:
    """The table; where several columns of its file are records of it, each in a part of its own."""
    taken = {name for file, name in used if file == match.file.name}
    parts = parts_of(match, {one.canonical: one for one in table.settings}, taken)
    if not parts:
        return table
    own = {one.canonical for part in parts for one in part.settings}
    read = {part.profile.name for part in parts}
    nulls = dict.fromkeys((*table.dialect.null, *(word for part in parts for word in part.profile.null_words)))
    return replace(
        table,
        settings=tuple(one for one in table.settings if one.canonical not in own),
        leave_out={name: codes for name, codes in table.leave_out.items() if name not in read},
        dialect=table.dialect.model_copy(update={"null": tuple(nulls)}),
        parts=parts,
    )


def without_read(table: ProposedTable, tables: Sequence[ProposedTable]) -> ProposedTable:
    """The table without those unplaced columns that are read all the same: by a lookup, or as the school year."""
    lookups = [one.mapping.lookup for other in tables for one in other.settings if one.mapping.lookup]
    read = {name for lookup in lookups if lookup.file == table.file.pattern for name in (lookup.column, *lookup.match)}
    read |= {part.profile.name for other in tables if other.file.name == table.file.name for part in other.parts}
    if any(one.mapping.day_of_school_year for one in table.settings):
        read.add(SCHOOL_YEAR.name)
    return replace(table, unplaced=tuple(one for one in table.unplaced if one.name not in read))


def derived(tables: Mapping[str, TableMatch]) -> Iterator[TableMatch]:
    """Schools and students as the files of other tables name them, where no file has them."""
    for name, column, sources in (
        ("schools", "school_id", ("enrollments", "calendar_days", "students", "attendance", "marks")),
        ("students", "student_id", ("enrollments", "demographics", "programs", "marks", "attendance")),
    ):
        found = [tables[one] for one in sources if one in tables and column in tables[one].columns]
        if name not in tables and found:
            source = max(found, key=lambda match: match.columns[column].profile.distinct)
            yield TableMatch(TABLES[name], source.file, {column: source.columns[column]}, 0.0, serves_too=True)


def proposed_table(
    match: TableMatch, files: Sequence[SampledFile], *, first_day: str, used: Sequence[tuple[str, str]], has_terms: bool
) -> ProposedTable:
    """The mapping of one table."""
    own = columns_of(match.table)
    settings = {name: setting_of(match.table, own[name], one) for name, one in match.columns.items() if name in own}
    if match.table.name == "students":
        settings |= names_in_full(match.columns.get("full_name"))
    if match.table.name == "enrollments" and "grade_level" not in settings:
        settings |= lookup_of(match, files)
    settings |= fill_missing(match, settings, first_day)
    missing = tuple(name for name, column in own.items() if column.required and name not in settings)
    unplaced = tuple(one for one in match.file.profiles if (match.file.name, one.name) not in used)
    kept = tuple(dict.fromkeys(settings[name] for name in (*own, "school_year") if name in settings))
    if not match.file.sample.has_header:
        kept = tuple(replace(one, sureness="a guess", why="what the values look like") for one in kept)
    out = left_out(match, kept)
    kept = tuple(with_empty_cells(one, match, own, out) for one in kept)
    return ProposedTable(
        match.table, match.file, kept, missing, known_on_of(match, first_day, has_terms=has_terms),
        out, () if match.serves_too else unplaced, dialect_of(match), match.serves_too,
    )  # fmt: skip


def with_empty_cells(
    one: ColumnSetting, match: TableMatch, columns: Mapping[str, Column], out: Mapping[str, tuple[str, ...]]
) -> ColumnSetting:
    """The setting; where a needed column is empty in some rows, with a note on how many, and what leaves them out."""
    profile = next((each for each in match.file.profiles if each.name == one.column), None)
    column = columns.get(one.canonical)
    if profile is None or column is None or not column.required or profile.filled == profile.rows:
        return one
    if "" in out.get(one.column, ()) or any(code.code == "" for code in one.codes):
        return one
    rows = counted(profile.rows - profile.filled, "row")
    note = f'empty in {rows}, to wait in quarantine; no records? leave_out = {{ "{one.column}" = [""] }} above'
    return replace(one, notes=(*one.notes, note))


def names_in_full(match: ColumnMatch | None) -> dict[str, ColumnSetting]:
    """First and last name out of one column."""
    if match is None:
        return {}
    column, comma = match.profile.name, sum("," in value for value in match.profile.probe) * 2 > match.profile.distinct
    patterns = (r",\s*(.+)$", "^([^,]+)") if comma else (r"^(\S+)", r"(\S+)$")
    why = "the whole name, last name first" if comma else "the whole name, first name first"
    return {
        name: ColumnSetting(name, ColumnMapping(column=column, pattern=pattern), "likely", why)
        for name, pattern in zip(("first_name", "last_name"), patterns, strict=True)
    }


def known_on_of(match: TableMatch, first_day: str, *, has_terms: bool) -> KnownOnRule:
    """When the district knew a row: a column of the file, else the table's usual rule."""
    if "known_on" in match.columns:
        return KnownOnRule(column=match.columns["known_on"].profile.name)
    if match.table.name == "marks" and not (has_terms and "term_id" in match.columns):
        return KnownOnRule(load=True)
    return AFTER.get(match.table.name, KnownOnRule(always=first_day))


def left_out(match: TableMatch, settings: Sequence[ColumnSetting]) -> dict[str, tuple[str, ...]]:
    """The file's column = codes whose rows are no records; empty cells too where the file serves for another table."""
    found: dict[str, tuple[str, ...]] = {}
    for one in settings:
        profile = next((each for each in match.file.profiles if each.name == one.column), None)
        decides = match.serves_too and (match.table.name, one.canonical) in EMPTY_IS_NONE
        empty = ("",) if decides and profile is not None and profile.filled < profile.rows else ()
        codes = (*one.left_out, *empty)
        if codes:
            found[one.column] = codes
    return found


EMPTY_IS_NONE = (
    ("programs", "program"),
    ("demographics", "value"),
    ("schools", "school_id"),
    ("enrollments", "entry_date"),
)
"""Columns without which a row of a wider file is no record of the table."""


def dialect_of(match: TableMatch) -> Dialect:
    """How the table's file is written, with the null words and date forms of the columns that are read."""
    profiles = [one.profile for one in match.columns.values()]
    nulls = dict.fromkeys(word for profile in profiles for word in profile.null_words)
    forms = dict.fromkeys(one.date_form for one in profiles if one.date_form and is_read_as_date(match, one))
    kept: list[str] = []
    for form in forms:
        if not any(same_but_for_order(form, other) for other in kept):
            kept.append(form)
    if any(is_read_as_date(match, one) and is_spreadsheet_date(one) for one in profiles):
        kept.append(SPREADSHEET)
    numbers = [one.profile for name, one in match.columns.items() if name.endswith("hundredths")]
    decimal = "," if any(has_decimal_comma(one) for one in numbers) else "."
    said = {"null": tuple(nulls), "dates": tuple(kept), "decimal": decimal}
    return match.file.sample.dialect.model_copy(update=said)


def is_spreadsheet_date(profile: ColumnProfile) -> bool:
    """Whether values are days as a spreadsheet counts them."""
    return not profile.date_form and bool(profile.filled) and share(profile.probe, SERIAL) >= FITTING


def is_read_as_date(match: TableMatch, profile: ColumnProfile) -> bool:
    """Whether a column is placed as a date."""
    columns = columns_of(match.table)
    placed = [name for name, one in match.columns.items() if one.profile is profile]
    return any(name == "known_on" or (name in columns and columns[name].kind == "date") for name in placed)


def same_but_for_order(form: str, other: str) -> bool:
    """Whether two forms differ in the order of day and month only."""
    return form != other and form.replace("%m", "%").replace("%d", "%") == other.replace("%m", "%").replace("%d", "%")


def padded_ids(tables: Sequence[ProposedTable]) -> list[ProposedTable]:
    """The tables with ids padded to one number of digits, where a spreadsheet ate the zeros of some files only."""
    lengths = [len(value) for _, profile in student_ids(tables) for value in profile.probe if value.startswith("0")]
    digits = max(lengths, default=0)
    return [padded(table, digits) if digits else table for table in tables]


def student_ids(tables: Sequence[ProposedTable]) -> Iterator[tuple[ProposedTable, ColumnProfile]]:
    """Every column of student ids of whole numbers."""
    for table in tables:
        for one in table.settings:
            found = next((each for each in table.file.profiles if each.name == one.column), None)
            if one.canonical == "student_id" and found is not None and found.is_whole:
                yield table, found


def padded(table: ProposedTable, digits: int) -> ProposedTable:
    """The table with its student ids padded, where some of them are shorter."""
    short = [profile for one, profile in student_ids([table]) if min(map(len, profile.probe)) < digits]
    if not short:
        return table
    changed = tuple(
        replace(one, mapping=one.mapping.model_copy(update={"digits": digits}), notes=(*one.notes, "zeros are missing"))
        if one.canonical == "student_id"
        else one
        for one in table.settings
    )
    return replace(table, settings=changed)
