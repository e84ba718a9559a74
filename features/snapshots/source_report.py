"""Sources as a district's data team reads them: what each gives, who owns what, and what falls away."""

from collections.abc import Iterator, Mapping

from rich.table import Table

from features.definitions.catalog import OUTCOMES, outcomes_of
from features.ingest.findings import counted
from features.settings import District, Settings
from features.snapshots.source_gaps import SourceGaps, gaps_of, given_to
from features.sources.combination import owned_tables
from features.sources.declaration import SENT_TABLES, Source
from features.sources.kinds import KINDS, kind_of
from features.terminal import report_console


def source_rows() -> list[dict[str, str]]:
    """Every kind of source with the tables that it gives and those that it lacks."""
    return [
        {"kind": kind_of(one), "what": one.title, "gives": ", ".join(one.gives), "lacks": ", ".join(lacks_of(one))}
        for one in KINDS
    ]


def lacks_of(source: type[Source]) -> list[str]:
    """The tables that a kind of source cannot give."""
    return [name for name in SENT_TABLES if name not in source.gives]


def gaps_of_kind(source: type[Source]) -> SourceGaps:
    """What falls away where a source of a kind is the only one."""
    return gaps_of({name: frozenset(columns) for name, columns in source.gives.items()}, OUTCOMES)


def district_report(settings: Settings, district_id: str) -> dict[str, object]:
    """Who owns which tables of a district, and what falls away."""
    district = settings.district(district_id)
    gaps = gaps_of(given_to(district), outcomes_of(settings))
    return {
        "district": district_id,
        "sources": [{"source": name, "owns": list(tables)} for name, tables in owned_of(district).items()],
        "tables": list(gaps.tables),
        "columns": list(gaps.columns),
        "features": dict(gaps.features),
        "rules": dict(gaps.rules),
        "outcomes": dict(gaps.outcomes),
    }


def owned_of(district: District) -> Mapping[str, tuple[str, ...]]:
    """The tables of each source of a district by its name."""
    return owned_tables(district.read_from)


def print_sources() -> None:
    """Prints every kind of source."""
    table = Table("kind", "what", "gives", "lacks")
    for row in source_rows():
        table.add_row(*row.values())
    report_console().print(table)


def print_district(settings: Settings, district_id: str) -> None:
    """Prints who owns which tables of a district, then what falls away."""
    district = settings.district(district_id)
    gaps = gaps_of(given_to(district), outcomes_of(settings))
    printed = report_console()
    table = Table("source", "kind", "owns", title=district_id)
    owned = owned_of(district)
    for source in district.read_from:
        table.add_row(source.name, source.kind, ", ".join(owned[source.name]))
    printed.print(table)
    printed.print(f"no source gives: {', '.join(gaps.tables) or 'nothing is lacking'}")
    fallen = [("feature", gaps.features), ("rule", gaps.rules), ("outcome", gaps.outcomes)]
    lost = Table("falls away", "what", "as no source gives")
    for word, those in fallen:
        for name, lacks in those.items():
            lost.add_row(word, name, lacks)
    printed.print(lost if lost.row_count else "no feature, rule or outcome falls away")


def fallen_lines(settings: Settings, district_id: str) -> Iterator[str]:
    """What falls away, a line for each source that does not give what no other source owns."""
    district = settings.district(district_id)
    gaps, owned = gaps_of(given_to(district), outcomes_of(settings)), owned_of(district)
    owners = {table: name for name, tables in owned.items() for table in tables}
    for source in district.read_from:
        lacking: dict[str, None] = {}
        counts = []
        for word, those in (("feature", gaps.features), ("rule", gaps.rules), ("outcome", gaps.outcomes)):
            own = [found for lacks in those.values() if (found := lacks_by(source.name, lacks, owners))]
            lacking.update(dict.fromkeys(lack for found in own for lack in found))
            counts += [counted(len(own), word)] if own else []
        if lacking:
            title = source.name if source.name == source.kind else f"{source.name} ({source.kind})"
            yield f"{title} does not give {', '.join(lacking)}; what falls away: {', '.join(counts)}"


def lacks_by(source: str, lacks: str, owners: Mapping[str, str]) -> list[str]:
    """Those of some lacks that are of tables that a source owns, or of tables that none owns."""
    return [lack for lack in lacks.split(", ") if owners.get(lack.partition(".")[0], source) == source]


def print_fallen(settings: Settings, district_id: str) -> None:
    """Prints what falls away, a line for each source, and the command that names it."""
    printed = report_console()
    lines = list(fallen_lines(settings, district_id))
    for line in lines:
        printed.print(line, markup=False, highlight=False, soft_wrap=True)
    if lines:
        said = f"`ontrack sources --district {district_id}` names them"
        printed.print(said, markup=False, highlight=False, soft_wrap=True)
