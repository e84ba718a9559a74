"""Whether files are the exports of a system for which a mapping is shipped."""

from collections.abc import Iterator, Sequence

from features.file_mapping.declaration import FileMapping
from features.ingest.mapping.header_names import plain
from features.ingest.proposal.table_match import SampledFile
from features.sources.declaration import Source
from features.sources.kinds import KINDS
from features.sources.mapping_packs import PACKS, pack_of

LEAST_COLUMNS = 0.9
"""The share of a shipped table's columns that stand in one file."""
LEAST_TABLES = 3


def known_system(files: Sequence[SampledFile]) -> type[Source] | None:
    """The kind of source whose shipped mapping fits the headers of the most tables; None where none fits three."""
    headers = [frozenset(plain(name) for name in file.sample.names if name) for file in files]
    fits = {source: fitting_tables(source, headers) for source in shipped_sources()}
    best = max(fits, key=lambda source: fits[source])
    return best if fits[best] >= LEAST_TABLES else None


def shipped_sources() -> Iterator[type[Source]]:
    """The kinds of exports with a shipped mapping; what a pull writes is none."""
    for source in KINDS:
        kind = source.model_fields["kind"].default
        if (PACKS / f"{kind}.toml").exists() and not kind.endswith("-api"):
            yield source


def fitting_tables(source: type[Source], headers: Sequence[frozenset[str]]) -> int:
    """How many tables of a shipped mapping have a file with nearly all of their columns."""
    tables = [named_columns(mapping) for mapping in pack_of(source.model_fields["kind"].default).files.values()]
    return sum(any(len(named & one) >= LEAST_COLUMNS * len(named) for one in headers) for named in tables if named)


def named_columns(mapping: FileMapping) -> frozenset[str]:
    """The columns of a file that a mapping names, without regard to how they are spelled."""
    return frozenset(plain(one.column) for one in mapping.columns.values() if one.column)
