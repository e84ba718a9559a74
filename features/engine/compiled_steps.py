"""Steps whose SQL is found again: another script with the same step neither builds nor compiles it.

A step is found by a digest of what makes it: the view, its members, and the source that is reached from there. A test's
own feature, or one that is edited, then compiles its own columns, and shares all that is under them.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from inspect import unwrap
from threading import Lock

import ibis
import ibis.expr.types as ir
from pydantic import TypeAdapter

from features.engine.cache_folder import read_content, write_content
from features.engine.compilation import CompiledTable, Steps, TableCompiler, compile_table
from features.engine.definition_digest import call_text, definition_key
from features.engine.dialect import current_dialect

MOST_REMEMBERED = 4000
"""Steps that a process keeps in memory at most."""


@dataclass(frozen=True)
class CompiledStep:
    """A step in SQL: its parameters, columns with types, and the steps that it was made of by name and key."""

    sql: str
    parameters: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    made_of: tuple[tuple[str, str], ...]
    is_view: bool


REMEMBERED: dict[str, CompiledStep] = {}
"""The steps of this process by their digest."""

REMEMBERING = Lock()
"""Held while a step is remembered: threads share them."""

STEP_JSON = TypeAdapter(CompiledStep)
"""How a step is written to its file and read from it."""


class CompiledSteps(Steps):
    """The steps of one script in SQL. A step without a digest is built, and so is each that is made of it."""

    def __init__(self, compiler: TableCompiler = compile_table) -> None:
        super().__init__()
        self.compiler = compiler
        self.engine = f"{current_dialect()} {call_text(unwrap(compiler))}"
        self.texts: dict[str, CompiledTable] = {}
        self.keys: dict[str, str | None] = {}
        self.within: list[dict[str, str | None]] = [{}]

    def kept(self, name: str, make: Callable[[], ir.Table]) -> ir.Table:
        """The table of that name; ValueError where it is another than the one that has the name in this script."""
        key = self.key_of(name, make)
        found = steps_under(name, key) if key and name not in self.keys else {}
        for one, (own, step) in found.items():
            self.take(one, own, step)
        if name not in self.keys:
            self.build(name, key, make)
        self.check_name(name, key)
        self.within[-1][name] = key
        return self.made[name]

    def check_name(self, name: str, key: str | None) -> None:
        """ValueError where another step has the name already."""
        if self.keys[name] != key:
            raise ValueError(f"two steps of one script have one name: {name}")

    def key_of(self, name: str, make: Callable[[], ir.Table]) -> str | None:
        """The digest of what makes a step; None where it cannot be told."""
        kind = "view" if name in self.views else "table"
        with suppress(TypeError):
            return definition_key("step", name, kind, self.engine, call_text(make))
        return None

    def take(self, name: str, key: str, step: CompiledStep) -> None:
        """Make a step that was found one of this script."""
        if name in self.keys:
            self.check_name(name, key)
        else:
            self.made[name] = read_table(name, step.columns)
            self.texts[name], self.keys[name] = (step.sql, frozenset(step.parameters)), key
            self.views += [name] if step.is_view and name not in self.views else []

    def build(self, name: str, key: str | None, make: Callable[[], ir.Table]) -> None:
        """Build and compile a step, and keep it where it and all that it is made of can be found again."""
        self.within.append({})
        table = make()
        made_of = self.within.pop()
        sql, parameters = self.texts[name] = self.compiler(table.op())
        columns = tuple((column, str(kind)) for column, kind in table.schema().items())
        self.made[name], self.keys[name] = ibis.table(table.schema(), name=name), key
        own = tuple((one, own) for one, own in made_of.items() if own)
        if key and len(own) == len(made_of) and read_table(name, columns).schema() == table.schema():
            step = CompiledStep(sql, tuple(sorted(parameters)), columns, own, name in self.views)
            write_content(key, STEP_JSON.dump_json(step))
            remember(key, step)

    def compiled(self, compiler: TableCompiler) -> list[tuple[str, CompiledTable]]:
        """The steps in the order in which they are made; ValueError where they are another engine's."""
        if unwrap(compiler) is not unwrap(self.compiler):
            raise ValueError("steps and query of one script are for two engines")
        return list(self.texts.items())


def steps_under(name: str, key: str) -> dict[str, tuple[str, CompiledStep]]:
    """A step that is kept, after all that it is made of, by name with its digest; nothing where one is missing."""
    step = find_step(key)
    if step is None:
        return {}
    found: dict[str, tuple[str, CompiledStep]] = {}
    for one, own in step.made_of:
        under = {} if one in found else steps_under(one, own)
        if one not in found and not under:
            return {}
        found |= under
    return {**found, name: (key, step)}


def find_step(key: str) -> CompiledStep | None:
    """The step of that digest from memory or disk; None where there is none."""
    step = REMEMBERED.get(key)
    content = None if step else read_content(key)
    if content:
        with suppress(ValueError):
            step = remember(key, STEP_JSON.validate_json(content))
    return step


def remember(key: str, step: CompiledStep) -> CompiledStep:
    """The step, kept in memory."""
    with REMEMBERING:
        REMEMBERED[key] = step
        if len(REMEMBERED) > MOST_REMEMBERED:
            del REMEMBERED[next(iter(REMEMBERED))]
    return step


@lru_cache(maxsize=MOST_REMEMBERED)
def read_table(name: str, columns: tuple[tuple[str, str], ...]) -> ir.Table:
    """The table that a step leaves, as others read it."""
    return ibis.table(dict(columns), name=name)
