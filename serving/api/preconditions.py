"""What a request asks of a record before it changes it: that nobody else has, or that there is none yet."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header
from pydantic.json_schema import JsonSchemaValue
from starlette.exceptions import HTTPException

from serving.api.operation_messages import SentRecord
from serving.web.openapi import error_response

CHANGED: dict[int | str, JsonSchemaValue] = {412: error_response(412)}
IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        max_length=1000,
        description="the ETag of the record as you know it: 412 where it was sent or taken back since; * for any",
    ),
]
IfNoneMatch = Annotated[
    str, Header(alias="If-None-Match", max_length=1000, description="* to send it only where there is none: else 412")
]


@dataclass(frozen=True)
class Preconditions:
    """The tags that a request names; empty where it names none."""

    match: tuple[str, ...]
    none_match: tuple[str, ...]

    def check(self, known: SentRecord | None) -> None:
        """Raises 412 where a record is not as its sender knows it.

        A tag of the same revision matches in whatever state: that a load took a record is no change of it.
        """
        revision = tag_of(known).partition(".")[0] if known else ""
        same = known is not None and any(one == "*" or one.partition(".")[0] == revision for one in self.match)
        if self.match and not same:
            raise HTTPException(412)
        if known is not None and ("*" in self.none_match or tag_of(known) in self.none_match):
            raise HTTPException(412)


def read_preconditions(if_match: IfMatch = "", if_none_match: IfNoneMatch = "") -> Preconditions:
    """The preconditions of a request."""
    return Preconditions(tags_in(if_match), tags_in(if_none_match))


def tags_in(field: str) -> tuple[str, ...]:
    """The tags of a header field."""
    return tuple(filter(None, (one.strip() for one in field.split(","))))


def tag_of(record: SentRecord) -> str:
    """The tag of a record: another one each time that it is sent, taken back, loaded or refused."""
    return f'"{record.revision}.{record.state}"'


RecordPreconditions = Annotated[Preconditions, Depends(read_preconditions)]
