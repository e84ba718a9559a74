"""Values as JSON holds them."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date


def jsonable(values: dict[str, object]) -> dict[str, object]:
    """The same values with every nested date as ISO text."""
    return {name: as_json(value) for name, value in values.items()}


def as_json(value: object) -> object:
    """The value as JSON holds it."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return {part.name: as_json(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):  # a named tuple
        return as_json(value._asdict())
    if isinstance(value, Mapping):
        return {key: as_json(part) for key, part in value.items()}
    return [as_json(part) for part in value] if isinstance(value, (list, tuple)) else value
