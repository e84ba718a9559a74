"""From a resource's JSON body to the texts of its columns."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from features.ingest.adapters.edfi.resources import Resource

Body = Mapping[str, object]


def cells_of(resource: Resource, body: Body) -> dict[str, str | None]:
    """The texts of a body's columns; None where the body has no such member."""
    return {column: read(body) for column, read in readers_of(resource.name, tuple(resource.columns.items()))}


@cache
def readers_of(_name: str, columns: tuple[tuple[str, str], ...]) -> list[tuple[str, Callable[[Body], str | None]]]:
    """A function for each column that reads it from a body."""
    return [(column, reader_of(said)) for column, said in columns]


def reader_of(said: str) -> Callable[[Body], str | None]:
    """A function that reads the first of several paths that a body has."""
    readers = [list_reader(path) if "[]" in path else text_reader(path) for path in said.split("|")]

    def read(body: Body) -> str | None:
        return next((text for one in readers if (text := one(body)) is not None), None)

    return read


def text_reader(path: str) -> Callable[[Body], str | None]:
    """A function that reads one member as text."""
    parts = path.split(".")
    return lambda body: text_of(member(body, parts))


def list_reader(path: str) -> Callable[[Body], str | None]:
    """A function that reads members of a list as JSON: texts, or lists of them where the path names several."""
    name, _, rest = path.partition("[].")
    leaves = [leaf.removeprefix(f"{name}[].").split(".") for leaf in rest.split(",")]

    def read(body: Body) -> str | None:
        items = body.get(name)
        if not isinstance(items, list):
            return None
        found = [[text_of(member(item, leaf)) for leaf in leaves] for item in items]
        return json.dumps([one[0] for one in found] if len(leaves) == 1 else found)

    return read


def member(value: object, parts: Sequence[str]) -> object:
    """A member of a member of a value; None where there is none."""
    for part in parts:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def text_of(value: object) -> str | None:
    """A JSON value as text: of a descriptor the code alone, numbers and truth as JSON writes them."""
    if isinstance(value, str):
        return code_of(value)
    return json.dumps(value) if isinstance(value, bool | int | float) else None


def code_of(text: str) -> str:
    """The code of a descriptor such as `uri://ed-fi.org/SexDescriptor#Female`; any other text as it is."""
    return text.partition("#")[2] if text.startswith("uri://") and "#" in text else text
