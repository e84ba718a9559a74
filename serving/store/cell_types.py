"""Types of cells: moments, JSON, and what is stored in fewer letters than it is read (reasons, changes, calendars)."""

import json
from datetime import UTC, datetime
from typing import cast

from sqlalchemy import JSON, DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from serving.store.json_values import to_json_value
from serving.store.text_compression import pack, unpack

JsonCell = None | bool | int | float | str
JsonRow = dict[str, JsonCell]
JsonObject = dict[str, object]
"""A part of a score as a JSON object."""

REASON_PARTS = ("code", "value", "contribution")
MOVED_PARTS = ("code", "before", "now", "is_strength")


class UtcTime(TypeDecorator[datetime]):
    """A moment, stored as UTC without a zone and read as aware."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC; ValueError for one without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment, aware."""
        return None if value is None else value.replace(tzinfo=UTC)


class ReasonList(TypeDecorator[list[JsonRow]]):
    """Reasons as `code`, `value` and `contribution`: stored as lists of these three, and by earlier runs by name."""

    impl = JSON
    cache_ok = True

    def process_result_value(
        self, value: list[JsonRow] | list[list[JsonCell]] | None, dialect: Dialect
    ) -> list[JsonRow]:
        """Each reason by name."""
        return [one if isinstance(one, dict) else dict(zip(REASON_PARTS, one, strict=True)) for one in value or ()]


class ChangeCell(TypeDecorator[JsonObject]):
    """A change of risk by the names of its parts: stored as a list of them, and by earlier runs by name."""

    impl = JSON
    cache_ok = True

    def process_result_value(self, value: JsonObject | list[object] | None, dialect: Dialect) -> JsonObject | None:
        """The change by name."""
        if not isinstance(value, list):
            return value
        by_data, by_release, moved, across_parts = value
        named = [dict(zip(MOVED_PARTS, one, strict=True)) for one in cast("list[list[JsonCell]]", moved)]
        return {"by_data": by_data, "by_release": by_release, "moved": named, "across_parts": across_parts}


class PackedRows(TypeDecorator[list[JsonRow]]):
    """Rows of a calendar: stored as a packed text, and by earlier runs as they are."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: list[JsonRow] | None, dialect: Dialect) -> str:
        """The rows, packed; days as ISO text."""
        return pack(json.dumps(value, separators=(",", ":"), default=to_json_value))

    def process_result_value(self, value: str | list[JsonRow] | None, dialect: Dialect) -> list[JsonRow]:
        """The rows."""
        return cast("list[JsonRow]", json.loads(unpack(value))) if isinstance(value, str) else value or []
