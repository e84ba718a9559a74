"""Statements that are put together once, and asked again and again with other values.

To put a statement together, and to find out that it is one of before, takes longer than a small database takes to
answer it. A function with `@statement` says what it asks as if of these values; what it gives is the statement, the
same each time, and the values to ask it with: `session.scalars(*plans_of("harbor", key))`.
"""

from collections.abc import Callable, Hashable, Sequence, Set
from copy import copy
from datetime import date
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar, TypeVarTuple, cast

from sqlalchemy import Connection, Executable, Select, bindparam, inspect
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached
from sqlalchemy.sql.selectable import TypedReturnsRows

from serving.store.sqlite_reads import column_names, read_rows

Asked = ParamSpec("Asked")
Put = TypeVar("Put", bound=Executable)
Columns = TypeVarTuple("Columns")
Object = TypeVar("Object", bound=DeclarativeBase)
Values = dict[str, object]
MOST_KEPT = 256
"""Forms that are kept of one statement: it has one for each role, and for each filter that somebody set."""


def statement(build: Callable[Asked, Put]) -> Callable[Asked, tuple[Put, Values]]:
    """Puts a statement together when it is first asked, and gives it with its values from then on.

    Texts, numbers, days and lists are values, and of an object with `VALUES` the fields that it names. All else decides
    what the statement is: None, a bool, an empty text, a role, a filter.
    """
    kept: dict[Hashable, Put] = {}
    names = tuple(signature(build).parameters)

    @wraps(build)
    def asked(*given: Asked.args, **named: Asked.kwargs) -> tuple[Put, Values]:
        arguments = {**dict(zip(names, given, strict=False)), **named}
        values: Values = {}
        form = tuple(form_of(name, one, values) for name, one in arguments.items())
        found = kept.get(form)
        if found is None:
            bound = {name: parameter_of(name, one) for name, one in arguments.items()}
            found = cast(Callable[..., Put], build)(**bound)
            if len(kept) >= MOST_KEPT:
                kept.clear()
            kept[form] = found
        return found, values

    return asked


def form_of(name: str, given: object, values: Values) -> Hashable:
    """What of an argument decides what the statement is; its values are added to those to ask with."""
    own = value_fields(given)
    if own:
        rest = tuple(getattr(given, part) for part in vars(given) if part not in own)
        return type(given).__name__, rest, *(form_of(f"{name}_{part}", getattr(given, part), values) for part in own)
    if isinstance(given, Set):  # of whom somebody sees: a few, each a value of its own
        values.update({f"{name}_{at}": one for at, one in enumerate(sorted(given))})
        return len(given)
    if is_value(given):
        values[name] = given
        return name
    return given


def parameter_of(name: str, given: object) -> object:
    """An argument as the statement is put together with: a value has its place kept."""
    own = value_fields(given)
    if own:
        copied = copy(given)
        for part in own:
            object.__setattr__(copied, part, parameter_of(f"{name}_{part}", getattr(given, part)))
        return copied
    if isinstance(given, Set):
        return [bindparam(f"{name}_{at}") for at in range(len(given))]
    return bindparam(name, expanding=isinstance(given, list)) if is_value(given) else given


def is_value(given: object) -> bool:
    """Whether an argument is a value to ask with."""
    return isinstance(given, list) or (
        isinstance(given, (str, int, date)) and not isinstance(given, bool) and given != ""
    )


def value_fields(given: object) -> tuple[str, ...]:
    """The fields of an object that are values; none of what has no `VALUES`."""
    return getattr(type(given), "VALUES", ())


def rows_of(session: Session, asked: tuple[TypedReturnsRows[*Columns], Values]) -> Sequence[tuple[*Columns]]:
    """The rows of a statement that asks for columns, in the session's transaction.

    A session makes objects of what it reads, and takes three times as long where there are none to make.
    """
    session.flush()
    return rows_on(session.connection(), asked)


def rows_on(connection: Connection, asked: tuple[TypedReturnsRows[*Columns], Values]) -> Sequence[tuple[*Columns]]:
    """The same in the transaction of a connection."""
    rows: object = read_rows(connection, *asked)
    if rows is None:
        rows = connection.execute(*asked).all()
    return cast("Sequence[tuple[*Columns]]", rows)


def objects_of(session: Session, kind: type[Object], asked: tuple[Select[Object], Values]) -> list[Object]:
    """The rows of a statement that asks for one kind of object, as objects of the session.

    They are what `session.scalars` gives: one of each row in a session, and what was left out is read when it is asked
    for. Of an object that the session has, what it has stays.
    """
    session.flush()
    found, values = asked
    connection = session.connection()
    rows = read_rows(connection, found, values)
    if rows is None:
        return list(session.scalars(found, values))
    names = column_names(connection, found)
    return [object_of(session, kind, dict(zip(names, row, strict=True))) for row in rows]


def object_of(session: Session, kind: type[Object], cells: dict[str, object]) -> Object:
    """The session's object of a row."""
    mapper = inspect(kind)
    key = mapper.identity_key_from_primary_key(tuple(cells[one.key] for one in mapper.primary_key if one.key))
    held = session.identity_map.get(key)
    if isinstance(held, kind):
        return held
    made = kind()
    vars(made).update(cells)
    make_transient_to_detached(made)
    session.add(made)
    return made
