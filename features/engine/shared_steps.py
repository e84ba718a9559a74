"""Steps that several scripts of one task share: the same SQL over the same rows is run once."""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

import duckdb

from features.engine.sql_script import Script, execute
from features.engine.view import Values

VARIABLE = re.compile(r"GETVARIABLE\('(\w+)'\)")
QUOTED = re.compile(r'"(\w+)"')
DIGITS = 16
"""Digits of a digest in a table's name."""
MEMBERS = re.compile(r"(?<!_of)_members$")
"""What the step with a cohort's members is called: all that is made for a cohort reads it."""
OF_PART = re.compile(r"GETVARIABLE\('(?:\w+_)?part_first'\)")
"""What all reads that is made for a part of the students."""
PLACED = re.compile(rf'"\w+_([0-9a-f]{{{DIGITS}}})"')


@dataclass(frozen=True)
class SharedSteps:
    """Temporary tables of one connection: the steps of all scripts that ran so far.

    A step is another script's where its SQL is the same with the values of its parameters and with the steps that it
    reads, whatever these are called. `tables` are the tables that stand, by digest, and `views` those of them that are
    views; those of `longer` stand for longer. There goes what is no cohort's own, so that the next one finds it.
    """

    connection: duckdb.DuckDBPyConnection
    longer: "SharedSteps | None" = None
    tables: dict[str, str] = field(default_factory=dict)
    views: set[str] = field(default_factory=set)

    def place(self, script: Script, values: Values) -> dict[str, str]:
        """The table in which each step of a script stands; those that stand nowhere are made."""
        placed: dict[str, str] = {}
        for name, sql in script.steps:
            over = with_placed(sql, placed)
            digest = digest_of(over, values)
            placed[name] = self.standing(digest) or self.make(name, script.kind(name), over, digest)
        return placed

    def standing(self, digest: str) -> str | None:
        """The table of a step; None where it stands nowhere."""
        found = self.tables.get(digest)
        return found if found or self.longer is None else self.longer.standing(digest)

    def make(self, name: str, kind: str, sql: str, digest: str) -> str:
        """Makes the table of a step, for longer where it is everyone's."""
        table = f"{name}_{digest}"
        owner = self.longer if self.longer is not None and self.is_of_everyone(name, sql) else self
        execute(self.connection, f'CREATE TEMP {kind} "{table}" AS {sql}')
        owner.tables[digest] = table
        if kind == "VIEW":
            owner.views.add(table)
        return table

    def is_of_everyone(self, name: str, sql: str) -> bool:
        """Whether a step is no cohort's own: not its members, and nothing that reads what is made for this time."""
        own = MEMBERS.search(name) or OF_PART.search(sql)
        return not own and not any(digest in self.tables for digest in PLACED.findall(sql))

    def over(self, script: Script, values: Values) -> Script:
        """The last query of a script, over the tables in which its steps stand."""
        script.set_parameters(self.connection, values)
        return Script((), with_placed(script.sql, self.place(script, values)), script.parameters)

    @contextmanager
    def named(self, script: Script, values: Values, names: Collection[str]) -> Iterator[None]:
        """A time in which some steps of a script can be read by their own names."""
        script.set_parameters(self.connection, values)
        placed = self.place(script, values)
        for name in names:
            self.connection.execute(f'CREATE TEMP VIEW "{name}" AS FROM temp."{placed[name]}"')
        try:
            yield
        finally:
            for name in names:
                self.connection.execute(f'DROP VIEW IF EXISTS temp."{name}"')

    def drop(self) -> None:
        """Drops every table."""
        for table in reversed(self.tables.values()):
            kind = "VIEW" if table in self.views else "TABLE"
            self.connection.execute(f'DROP {kind} IF EXISTS temp."{table}"')
        self.tables.clear()
        self.views.clear()


@contextmanager
def steps_shared(connection: duckdb.DuckDBPyConnection, longer: SharedSteps | None = None) -> Iterator[SharedSteps]:
    """A time in which scripts share their steps, and those of a longer time; its tables are gone afterwards."""
    shared = SharedSteps(connection, longer)
    try:
        yield shared
    finally:
        shared.drop()


def with_placed(sql: str, placed: Mapping[str, str]) -> str:
    """The SQL over the tables in which steps stand."""
    return QUOTED.sub(lambda found: f'"{placed.get(found[1], found[1])}"', sql)


def digest_of(sql: str, values: Values) -> str:
    """A digest of SQL with the values of its parameters, and with the tables of steps by their digests alone."""
    given = VARIABLE.sub(lambda found: repr(values[found[1]]), sql)
    return sha256(PLACED.sub(r'"\1"', given).encode()).hexdigest()[:DIGITS]
