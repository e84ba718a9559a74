"""Record versions: compares a load with the warehouse, adds new versions and closes old ones."""

from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.engine.sql_script import Script
from features.engine.stored_tables import schema_of, stored_table
from features.file_mapping.validation import EVENT_DATES
from features.ingest.findings import DataRefused, Finding
from features.ingest.load.incoming_table import IncomingTable, LoadStamp, school_year, staged_rows, with_keys
from features.ingest.load_parameters import COVERED_FROM, DISTRICT_ID, LOAD_DAY, LOAD_ID
from features.table_schema import Table
from features.tables import FROM_PAGES, TABLES
from features.warehouse.writer import Writer, sort_columns

ChangeCounts = dict[tuple[int, str], int]
"""Rows added, by the number of their file and what kind of change they are."""

FEW = 20
"""So many records may always be absent from an extract: in a small table few are a large share."""

ADDED = "fresh_rows"
"""The temporary table of the rows that a load adds."""


def add_versions(
    writer: Writer, incoming: IncomingTable, stamp: LoadStamp, *, first: bool, withdraws: bool
) -> ChangeCounts:
    """Adds new versions, closes those that they replace, and returns the rows added, by file and kind of change.

    The table has no row before its `first` load. Where it `withdraws`, absent records that the extract covers are.
    Kinds are new, corrected, withdrawn (by a delta) and gone (absent from a full extract; the file is -1).
    DataRefused where more records are gone than the mapping allows.
    """
    script = versions_script(writer, incoming, first=first, withdraws=withdraws)
    writer.create(ADDED, script, incoming.values(stamp))
    counts = writer.records(query_script(count_added, incoming.table.name))
    changes = {(file, was): rows for file, was, rows in counts}
    refuse_many_absent(writer, incoming, stamp, changes.get((-1, "gone"), 0))
    if changes:
        store_added_rows(writer, incoming.table, stamp, first=first)
    writer.drop(ADDED)
    return changes


def versions_script(writer: Writer, incoming: IncomingTable, *, first: bool, withdraws: bool) -> Script:
    """The script for the rows that a load adds, as its files and the warehouse are: `first` where this has no row."""
    several = incoming.has_known_on_column and bool(writer.count(query_script(one_repeated_key, incoming)))
    if first:
        return query_script(first_rows, incoming, several=several)
    withdraws = withdraws and incoming.covers != "nothing"
    return query_script(changed_rows, incoming, several=several, withdraws=withdraws)


def store_added_rows(writer: Writer, table: Table, stamp: LoadStamp, *, first: bool) -> None:
    """Moves the added rows into their table and closes the versions that they replace."""
    if not first:
        writer.supersede(table.name, table.key, query_script(latest_keys, table.name), stamp.values)
    writer.insert(table.name, query_script(stored_rows, table.name), stamp.values)
    if first:
        writer.note_sorted(table, stamp.load_id)
    else:
        writer.sort_if_needed(table, stamp.load_id)


def latest_keys(name: str) -> ir.Table:
    """The keys of the added rows that are current."""
    latest = added_rows(TABLES[name]).filter(ibis._.superseded_by_load.isnull())
    return latest.select(*TABLES[name].key)


def stored_rows(name: str) -> ir.Table:
    """The added rows as their table holds them, sorted by student."""
    rows = added_rows(TABLES[name]).drop("file", "was").mutate(district_id=DISTRICT_ID, load_id=LOAD_ID)
    return rows.order_by(*sort_columns(TABLES[name]))


def count_added(name: str) -> ir.Table:
    """The number of added rows of each file and kind of change."""
    added = added_rows(TABLES[name])
    return added.group_by("file", "was").aggregate(rows=added.count())


def added_rows(table: Table) -> ir.Table:
    """The rows that the load adds, from their temporary table."""
    columns = {name: kind for name, kind in schema_of(table).items() if name not in ("district_id", "load_id")}
    return ibis.table({"file": "int64", "was": "string", **columns}, name=ADDED)


def first_rows(incoming: IncomingTable, *, several: bool) -> ir.Table:
    """The rows that a table's first load adds."""
    incoming_rows = mark_latest(incoming, several=several)
    replaced = ibis.ifelse(incoming_rows.latest, ibis.null("int64"), LOAD_ID)
    rows = incoming_rows.filter(~incoming_rows.deleted & ~incoming_rows.ends).mutate(
        was=ibis.literal("new"), withdrawn=False, superseded_by_load=replaced
    )
    return rows.select(*added_rows(incoming.table).columns)


def changed_rows(incoming: IncomingTable, *, several: bool, withdraws: bool) -> ir.Table:
    """The rows that a later load adds: those that differ from the warehouse; it `withdraws` absent records, or not."""
    incoming_rows = mark_latest(incoming, several=several)
    parts = [new_and_corrected(incoming, incoming_rows.filter(incoming_rows.latest))]
    if incoming.has_known_on_column:
        parts.append(earlier_versions(incoming, incoming_rows.filter(~incoming_rows.latest & ~incoming_rows.ends)))
    if withdraws:
        parts.append(absent_records(incoming))
    return ibis.union(*(part.select(*added_rows(incoming.table).columns) for part in parts))


def mark_latest(incoming: IncomingTable, *, several: bool) -> ir.Table:
    """What the load says: files may hold a record's whole history, and do where `several`.

    `latest` is true for the last version of each record, `several` where it has earlier ones, and `ends` where the
    last one withdraws the record, so that the others do not count.
    """
    incoming_rows, many = incoming.records(), repeated_keys(incoming)
    alone = incoming_rows.mutate(latest=ibis.literal(True), several=ibis.literal(False), ends=incoming_rows.deleted)
    if not several:
        return alone
    key = list(incoming.table.key)
    newest_first = {"group_by": key, "order_by": ibis.desc("known_on")}
    ranked = incoming_rows.semi_join(many, key)
    ranked = ranked.mutate(
        latest=ibis.row_number().over(**newest_first) == 0, several=ibis.literal(True),
        ends=ranked.deleted.first().over(**newest_first),
    )  # fmt: skip
    return alone.anti_join(many, key).union(ranked)


def one_repeated_key(incoming: IncomingTable) -> ir.Table:
    """One key of a record of which the load has several versions, if there is any."""
    return repeated_keys(incoming).limit(1)


def repeated_keys(incoming: IncomingTable) -> ir.Table:
    """Keys of records of which the load has several versions."""
    key = list(incoming.table.key)
    return incoming.records().group_by(key).aggregate(n=ibis._.count()).filter(ibis._.n > 1).select(*key)


def new_and_corrected(incoming: IncomingTable, latest: ir.Table) -> ir.Table:
    """Latest versions that differ from the current one, with the kind of change and the day they became known."""
    both = join_held(incoming, latest)
    content = [name for name in incoming.own if name not in incoming.table.key]
    was = ibis.cases((both.deleted, "withdrawn"), (both.held, "corrected"), else_="new")
    known_on = ibis.ifelse(both.held, correction_known_on(incoming, both), new_known_on(incoming, both))
    values = {name: ibis.ifelse(both.deleted, both[f"held_{name}"], both[name]) for name in content}
    changed = both.filter(~is_unchanged(both, content))
    return changed.mutate(
        **values, was=was, withdrawn=both.deleted, superseded_by_load=ibis.null("int64"), known_on=known_on
    )


def join_held(incoming: IncomingTable, latest: ir.Table) -> ir.Table:
    """Latest versions, each beside the current version: `held` where there is one, its columns as `held_…`.

    `reached` is the latest event date held for the same school year, where a rule counts `known_on` from an event.
    """
    now = stored_table(incoming.table.name).filter(ibis._.superseded_by_load.isnull())
    now = now.select(**{f"held_{name}": now[name] for name in (*incoming.own, "known_on", "withdrawn")})
    both = latest.left_join(now, [latest[key] == now[f"held_{key}"] for key in incoming.table.key])
    gone_before = ibis.coalesce(both.held_withdrawn, False)
    both = both.mutate(held=both.held_known_on.notnull(), held_withdrawn=gone_before)
    if incoming.event is None:
        return both.mutate(reached=ibis.null("date"))
    both, rows = incoming.with_event(both), incoming.with_event(stored_table(incoming.table.name))
    reached = rows.group_by(year=school_year(rows)).aggregate(reached=rows[incoming.event].max())
    return both.left_join(reached, school_year(both) == reached.year).drop("year")


def is_unchanged(both: ir.Table, content: Sequence[str]) -> ir.BooleanValue:
    """Whether a version changes nothing: its content is held, or it deletes a record that is not there.

    The last of several versions counts even with the same content where it is later: other versions lie between.
    """
    alike = [both[name].identical_to(both[f"held_{name}"]) for name in content]
    same = reduce(lambda one, other: one & other, alike, ~both.held_withdrawn)
    same = same & ~(both.several & (both.known_on > both.held_known_on))
    return ibis.ifelse(both.deleted, ~both.held | both.held_withdrawn, both.held & same)


def correction_known_on(incoming: IncomingTable, both: ir.Table) -> ir.DateValue:
    """When a correction became known: the file's date where later than the current version's, else the load's day."""
    at_load = ibis.greatest(LOAD_DAY, both.held_known_on)
    return (
        ibis.ifelse(both.known_on > both.held_known_on, both.known_on, at_load)
        if incoming.has_known_on_column
        else at_load
    )


def new_known_on(incoming: IncomingTable, both: ir.Table) -> ir.DateValue:
    """When a new record became known: as the file or the rule gives it.

    A rule such as "two school days after" cannot know that a record came late. Where the warehouse already
    had records of a later day in the same school year, this one was missing then and became known at this load.
    """
    if incoming.event is None:
        return both.known_on
    late = ibis.coalesce(both[incoming.event] <= both.reached, False)
    return ibis.ifelse(late, LOAD_DAY, both.known_on)


def earlier_versions(incoming: IncomingTable, incoming_rows: ir.Table) -> ir.Table:
    """Earlier versions from files that hold a record's history, unless the warehouse has them."""
    key = [*incoming.table.key, "known_on"]
    held = stored_table(incoming.table.name).semi_join(incoming_rows, list(incoming.table.key))
    newest = ibis.row_number().over(group_by=key, order_by=ibis.desc("load_id"))
    held = held.mutate(age=newest).filter((ibis._.age == 0) & ~ibis._.withdrawn)
    incoming_rows = incoming_rows.filter(~incoming_rows.deleted)
    added = incoming_rows.anti_join(
        held, [incoming_rows[name].identical_to(held[name]) for name in (*incoming.own, "known_on")]
    )
    return added.mutate(was=ibis.literal("new"), withdrawn=ibis.literal(False), superseded_by_load=LOAD_ID)


def can_withdraw_absent(writer: Writer, incoming: IncomingTable) -> bool:
    """Whether absent records can be withdrawn: every invalid row still says which record it is."""
    if incoming.covers == "nothing":
        return True
    return not writer.count(query_script(one_unknown_record, incoming.table.name))


def one_unknown_record(name: str) -> ir.Table:
    """One invalid row that does not say which record it is, if there is any."""
    rows = staged_rows(TABLES[name])
    return rows.filter(rows.rule.notnull() & ~rows.whole_key).limit(1)


def refuse_many_absent(writer: Writer, incoming: IncomingTable, stamp: LoadStamp, absent: int) -> None:
    """Raise DataRefused where a full extract lacks more covered records than `most_withdrawn` allows."""
    if absent <= FEW:
        return
    there = writer.count(query_script(covered_records, incoming), incoming.values(stamp))
    share = incoming.mapping.most_withdrawn
    if absent > share * there:
        expected = (
            f"{absent:,} of {there:,} records held are not in this extract, more than most_withdrawn = {share:g} "
            f'allows: is it whole? If it only holds what changed, set kind = "delta"; if it covers less, set covers'
        )
        raise DataRefused([Finding("FILE08", incoming.table.name, None, "", expected)])


def absent_records(incoming: IncomingTable) -> ir.Table:
    """Covered records that a full extract lacks. A row in quarantine counts as present."""
    rows = with_keys(staged_rows(incoming.table)).select(*incoming.table.key)
    held = covered_records(incoming).anti_join(rows, list(incoming.table.key))
    day = ibis.greatest(LOAD_DAY, held.known_on)
    file = ibis.literal(-1, "int64")
    return held.mutate(file=file, was=ibis.literal("gone"), known_on=day, withdrawn=ibis.literal(True))


def from_files(rows: ir.Table) -> ir.Table:
    """The rows that a district's files brought."""
    return rows.filter(~rows.support_id.startswith(FROM_PAGES)) if "support_id" in rows.columns else rows


def covered_records(incoming: IncomingTable) -> ir.Table:
    """The current records that a full extract covers: those of its own system, and not what people wrote on pages."""
    held = from_files(stored_table(incoming.table.name))
    held = held.filter(held.superseded_by_load.isnull() & ~held.withdrawn)
    if incoming.covers == "school_years":
        rows = staged_rows(incoming.table)
        years = rows.select(year=school_year(rows)).distinct()
        return held.semi_join(years, school_year(held) == years.year)
    if isinstance(incoming.covers, int):
        event = next(name for name in EVENT_DATES if name in held.columns)
        return held.filter(held[event] >= COVERED_FROM)
    return held
