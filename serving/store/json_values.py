"""Converts values to JSON."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date


def to_json_values(values: dict[str, object]) -> dict[str, object]:
    """The same values with every nested date as ISO text."""
    return {name: to_json_value(value) for name, value in values.items()}


def to_json_value(value: object) -> object:
    """The value as JSON can hold it."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return {part.name: to_json_value(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):  # a named tuple
        return to_json_value(value._asdict())
    if isinstance(value, Mapping):
        return {key: to_json_value(part) for key, part in value.items()}
    return [to_json_value(part) for part in value] if isinstance(value, (list, tuple)) else value
