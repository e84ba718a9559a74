"""The proposal: a mapping for a folder of files, table by table, with what was not placed and not read."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

import pyarrow as pa

from features.file_mapping.declaration import Dialect, file_columns
from features.file_mapping.validation import columns_of
from features.ingest.adapters.csv_files import SUFFIXES
from features.ingest.files.sources import SourceFile, files_in
from features.ingest.findings import DataRefused
from features.ingest.mapping.file_layout import KNOWN_ON
from features.ingest.mapping.header_names import plain
from features.ingest.proposal.column_profile import ColumnProfile, is_date, profiles_of
from features.ingest.proposal.file_sample import FileSample, in_one_encoding, sample_of
from features.ingest.proposal.headerless_files import names_of
from features.ingest.proposal.known_system import known_system
from features.ingest.proposal.proposed_tables import ProposedTable, proposed_tables
from features.ingest.proposal.table_match import SampledFile, TableMatch, known_ids, match_tables
from features.progress import Progress
from features.sources.declaration import Source
from features.table_schema import Column
from features.tables import TABLES

SHOWN = 12
"""How many names of a file are told that is of no table."""

LONG_AGO = "2000-07-01"


@dataclass(frozen=True)
class UnreadFile:
    """A file that is not read, and why."""

    file: str
    why: str


@dataclass(frozen=True)
class Proposal:
    """What `ontrack.toml` would say about a folder: nothing where all files are of our own shape.

    `system` is the kind of source whose shipped mapping fits the files, where one does.
    """

    place: Path
    tables: tuple[ProposedTable, ...]
    ours: tuple[str, ...]
    never: tuple[str, ...]
    unread: tuple[UnreadFile, ...]
    reading: Dialect
    system: type[Source] | None = None

    @property
    def needs_nothing(self) -> bool:
        """Whether the files need no mapping."""
        return not self.tables and not self.unread and bool(self.ours)


def propose_mapping(place: Path, progress: Progress) -> Proposal:
    """A mapping for the files of a folder or zip; Refused where there is none."""
    samples: list[FileSample] = []
    unread: list[UnreadFile] = []
    for file in files_in(place):
        progress(f"looking at {file.name}")
        try:
            samples += [sample_of(file)] if is_record_file(file) else []
            unread += [] if is_record_file(file) else [UnreadFile(file.name, "not the name of a file of records")]
        except DataRefused as refused:
            unread.append(UnreadFile(file.name, refused.findings[0].expected))
    files = sampled_files(in_one_encoding(samples))
    ours = tuple(file.sample.file for file in files if is_ours(file))
    others = [file for file in files if file.sample.file not in ours]
    return proposal_of(place, [*named_by_values(others, files)], ours, unread)


def is_record_file(file: SourceFile) -> bool:
    """Whether a file's name ends as files of records do."""
    return file.name.lower().endswith(SUFFIXES)


def proposal_of(
    place: Path, files: Sequence[SampledFile], ours: tuple[str, ...], unread: Sequence[UnreadFile]
) -> Proposal:
    """The proposal for files that are not of our own shape."""
    matched = match_tables(files)
    tables = tuple(proposed_tables(matched, files, first_day_of(matched.tables.values())))
    held = {stem_of(name) for name in ours}
    tables = tuple(table for table in tables if table.table.name not in held)
    read = {table.file.name for table in tables} | {
        one.mapping.lookup.file for table in tables for one in table.settings if one.mapping.lookup
    }
    unused = [
        UnreadFile(file.name, why_unused(file, matched.second_best.get(file.name)))
        for file in files
        if file.name not in read and file.pattern not in read
    ]
    reading = most_common([table.dialect for table in tables])
    tables = tuple(with_dates(table, reading) for table in tables)
    there = {table.table.name for table in tables} | held
    wanted = [one.name for one in TABLES.values() if one.from_source and not one.optional]
    never = tuple(name for name in wanted if name not in there)
    return Proposal(place, tables, ours, never, (*unused, *unread), reading, known_system(files))


def why_unused(file: SampledFile, match: TableMatch | None) -> str:
    """Why a file is of no table."""
    if match is not None:
        return f"it looks like {match.table.name} too, and another file does more"
    if not file.sample.has_header:
        return "no table by its values, and no names that are known in its first row: say header = […] if it has none"
    more = f" and {len(file.sample.names) - SHOWN:,} more" if len(file.sample.names) > SHOWN else ""
    return f"no table has such columns: {', '.join(file.sample.names[:SHOWN])}{more}"


def most_common(dialects: Sequence[Dialect]) -> Dialect:
    """The dialect of most tables; of those with dates, where there is one."""
    told = [dialect for dialect in dialects if dialect.dates] or dialects
    found = Counter(told).most_common(1)[0][0] if told else Dialect()
    return found if found.dates else found.model_copy(update={"dates": Dialect().dates})


def with_dates(table: ProposedTable, reading: Dialect) -> ProposedTable:
    """The table; without a date in it, with the forms of the district's."""
    return (
        table
        if table.dialect.dates
        else replace(table, dialect=table.dialect.model_copy(update={"dates": reading.dates}))
    )


def sampled_files(samples: Sequence[FileSample]) -> list[SampledFile]:
    """The files; those of one form and one name but for its digits are one, by a pattern."""
    groups: dict[tuple[str, tuple[str, ...], Dialect], list[FileSample]] = {}
    for sample in samples:
        form = re.sub(r"[0-9]+", "*", base_name(sample.file))
        groups.setdefault((form, sample.names, sample.dialect), []).append(sample)
    return [
        SampledFile(whole, profiles_of(whole), form if len(group) > 1 else base_name(whole.file))
        for (form, _, _), group in groups.items()
        for whole in [replace(group[-1], cells=pa.concat_tables([one.cells for one in group]))]
    ]


def base_name(name: str) -> str:
    """The last part of a file's name, without `.gz`."""
    return PurePosixPath(name).name.removesuffix(".gz")


def stem_of(name: str) -> str:
    """The name without its ending."""
    return base_name(name).partition(".")[0]


def is_ours(file: SampledFile) -> bool:
    """Whether a file is of our own shape: its name, its dialect, its header, its dates and its words."""
    table = TABLES.get(stem_of(file.name))
    if table is None or not table.from_source or file.sample.dialect != Dialect():
        return False
    columns = columns_of(table)
    needed = {name for name, column in columns.items() if column.required} | {KNOWN_ON}
    names = {plain(name) for name in file.sample.names if name}
    if not ({plain(one) for one in needed} <= names <= {plain(one) for one in (*file_columns(table), KNOWN_ON)}):
        return False
    own = {plain(name): column for name, column in columns.items()}
    return all(is_our_column(one, own[plain(one.name)]) for one in file.profiles if plain(one.name) in own)


def is_our_column(profile: ColumnProfile, column: Column) -> bool:
    """Whether a column of ours has our words and our dates."""
    if column.allowed and any(code not in column.allowed for code in profile.values.to_pylist()):
        return False
    return column.kind != "date" or not profile.filled or profile.date_form == "%Y-%m-%d"


def named_by_values(files: Sequence[SampledFile], every: Sequence[SampledFile]) -> Iterator[SampledFile]:
    """The files, columns of those without a header named by their values."""
    known = known_ids([file for file in every if file.sample.has_header])
    for file in files:
        if file.sample.has_header:
            yield file
            continue
        sample = replace(file.sample, names=names_of(file.profiles, known))
        yield SampledFile(sample, profiles_of(sample), file.pattern)


def first_day_of(tables: Iterable[TableMatch]) -> str:
    """The first of July on or before the earliest date of the records."""
    found = [
        datetime.strptime(value, one.profile.date_form)
        for match in tables
        for name, one in match.columns.items()
        if name != "birth_date" and one.profile.date_form
        for value in one.profile.probe
        if is_date(value, one.profile.date_form)
    ]
    if not found:
        return LONG_AGO
    first = min(found)
    return f"{first.year - (first.month < 7)}-07-01"
