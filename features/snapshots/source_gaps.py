"""What falls away because no source of a district gives it: tables, columns, and the features, rules and outcomes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from features.definitions.catalog import FEATURE_SETS
from features.definitions.published_rules import PUBLISHED
from features.engine.snapshot_query import columns_of
from features.file_mapping.declaration import file_columns
from features.language.feature_set import Outcome
from features.language.measures import measures_in
from features.language.quantities import Condition, Quantity, SchoolWeek
from features.language.records import Measure
from features.settings import District
from features.snapshots.feature_requirements import READ_AS
from features.sources.combination import owned_tables
from features.sources.declaration import SENT_TABLES
from features.tables import TABLES

Given = Mapping[str, frozenset[str]]
"""Canonical table = the columns that come, by their names in files."""


@dataclass(frozen=True)
class SourceGaps:
    """What is not given, and what falls away for it: each feature, rule and outcome with what it lacks."""

    tables: tuple[str, ...]
    columns: tuple[str, ...]
    features: Mapping[str, str]
    rules: Mapping[str, str]
    outcomes: Mapping[str, str]


def given_to(district: District) -> Given:
    """What the sources of a district give, and what `ontrack.toml` says of its tables by itself."""
    owned = owned_tables(district.read_from)
    found: dict[str, frozenset[str]] = {}
    for source in district.read_from:
        for name in (name for name in owned[source.name] if name in source.given):
            said = district.files.get(name)
            if said is None or said.sent != "never":
                points = {"points_hundredths"} if said is not None and said.scale is not None else set()
                found[name] = frozenset({*source.given[name], *(said.columns if said else ()), *points})
    return found


def gaps_of(given: Given, outcomes: Mapping[str, Outcome]) -> SourceGaps:
    """What falls away where no more than this is given."""
    features = {
        f"{one.name}.{name}": lacks
        for one in FEATURE_SETS.values()
        for name, feature in one.defined().items()
        if (lacks := lacking(given, feature.quantity))
    }
    rules = {rule.name: lacks for rule in PUBLISHED if (lacks := lacking(given, rule.signals, rule.flagged))}
    ended = {name: lacks for name, one in outcomes.items() if (lacks := lacking_of_outcome(given, one))}
    tables = tuple(name for name in SENT_TABLES if name not in given and not TABLES[name].optional)
    return SourceGaps(tables, tuple(columns_lacking(given)), features, rules, ended)


def columns_lacking(given: Given) -> Iterator[str]:
    """The columns of tables that come which do not."""
    for name, columns in given.items():
        yield from (f"{name}.{column}" for column in file_columns(TABLES[name]) if column not in columns)


def lacking_of_outcome(given: Given, outcome: Outcome) -> str:
    """What an outcome lacks, in words; empty where it lacks nothing."""
    tables = ", ".join(name for name in outcome.needs if name not in given)
    conditions = (outcome.off_track, *((outcome.judged_if,) if outcome.judged_if else ()))
    return lacking(given, *conditions) or tables


def lacking(given: Given, *nodes: Quantity | Condition) -> str:
    """What some quantities lack, in words; empty where they lack nothing."""
    found: list[str] = []
    for node in nodes:
        if isinstance(node, SchoolWeek):
            found += [] if "calendar_days" in given else ["calendar_days"]
        else:
            found += [lack for measure in measures_in(node) for lack in lacking_of_measure(given, measure)]
    return ", ".join(dict.fromkeys(found))


def lacking_of_measure(given: Given, measure: Measure) -> Iterator[str]:
    """The tables and columns that one measure lacks."""
    table = READ_AS.get(measure.records.table, measure.records.table)
    wanted = [table, *(["calendar_days"] if table == "attendance" else [])]
    yield from (name for name in wanted if name in TABLES and name not in given)
    if table in given:
        own = {column.name for column in TABLES[table].columns if column.kind != "student"}
        yield from (f"{table}.{name}" for name in sorted(columns_of([measure]) & own - given[table]))
