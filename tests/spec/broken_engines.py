"""Engines with a planted fault, which properties must find out, and one without that takes no short cut."""

import ibis
import ibis.expr.types as ir

from features.engine.stored_tables import stored_table
from features.engine.visible_tables import VisibleTables
from features.tables import TABLES


class BrokenTables(VisibleTables):
    """An engine with its own way of taking versions, mostly a planted fault."""

    def versions_in_force(self, name: str) -> ir.Table:
        """Of each record one version."""
        table = stored_table(name)
        if self.members is not None and "student_key" in table.columns:
            numbers = self.members.table().select("student_key", "number")
            joined = table.inner_join(numbers, "student_key")
            table = joined.select(*[c for c in table.columns if c != "student_key"], student_key="number")
        return self.chosen(table, list(TABLES[name].key))

    def chosen(self, versions: ir.Table, key: list[str]) -> ir.Table:
        """One version for each key."""
        raise NotImplementedError


class LeakyTables(BrokenTables):
    """A broken engine: it takes the newest version of every record, whenever that became known."""

    def chosen(self, versions: ir.Table, key: list[str]) -> ir.Table:
        """The newest version of every record."""
        version = ibis.row_number().over(group_by=key, order_by=[ibis.desc("known_on"), ibis.desc("load_id")])
        return versions.mutate(version=version).filter(ibis._.version == 0).drop("version")


class RankingTables(BrokenTables):
    """An engine that takes no short cut: of all versions that were visible, it ranks every one."""

    def chosen(self, versions: ir.Table, key: list[str]) -> ir.Table:
        """The last version of every record that was visible."""
        seen = versions.filter(versions.known_on <= self.as_of)
        if self.loads_through is not None:
            seen = seen.filter(seen.load_id <= self.loads_through)
        version = ibis.row_number().over(group_by=key, order_by=[ibis.desc("known_on"), ibis.desc("load_id")])
        return seen.mutate(version=version).filter((ibis._.version == 0) & ~ibis._.withdrawn).drop("version")


class HastyTables(BrokenTables):
    """A broken engine, off by one day: it knows already what will be known tomorrow."""

    def chosen(self, versions: ir.Table, key: list[str]) -> ir.Table:
        """The newest version of every record that is known by tomorrow."""
        known = versions.filter(versions.known_on <= self.as_of + ibis.interval(days=1))
        version = ibis.row_number().over(group_by=key, order_by=[ibis.desc("known_on"), ibis.desc("load_id")])
        return known.mutate(version=version).filter((ibis._.version == 0) & ~ibis._.withdrawn).drop("version")


class UnorderedTables(BrokenTables):
    """A broken engine: of the versions of a record that were known, it takes whichever comes first."""

    def chosen(self, versions: ir.Table, key: list[str]) -> ir.Table:
        """Any one version of every record that was known."""
        known = versions.filter(versions.known_on <= self.as_of)
        first = known.mutate(place=ibis.row_number())
        version = ibis.row_number().over(group_by=key, order_by="place")
        return first.mutate(version=version).filter(ibis._.version == 0).drop("version", "place")


class NosyTables(VisibleTables):
    """A broken engine: it measures everyone against the longest enrollment of anyone."""

    def school_days(self) -> ir.Table:
        """The most school days of any student, for every student."""
        days = super().school_days()
        return days.mutate(days=days.days.max().over(group_by="school_year"))


class StingyTables(VisibleTables):
    """A broken engine: it believes that nobody was enrolled for more than a day."""

    def school_days(self) -> ir.Table:
        """At most one school day a student."""
        days = super().school_days()
        return days.mutate(days=ibis.least(days.days, 1))


class NamedTables(VisibleTables):
    """A broken engine: who comes first by name is enrolled for longer."""

    def school_days(self) -> ir.Table:
        """A school day more for the first of the cohort."""
        days = super().school_days()
        return days.mutate(days=days.days + (days.student_key == 0).cast("int64"))
