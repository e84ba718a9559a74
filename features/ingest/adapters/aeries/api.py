"""An Aeries API: its school years, and the objects of an address, by pages where it gives pages."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from features.ingest.network.http_client import JsonClient, NotFound, Parameters, named
from features.ingest.network.refusal import SourceRefused

Json = Mapping[str, object]


@dataclass(frozen=True)
class SchoolYear:
    """A school year as the API calls it, such as 2025-2026."""

    name: str

    @property
    def ends_in(self) -> str:
        """The year in which it ends, as our files have it."""
        return self.name[5:]

    @property
    def begins_in(self) -> str:
        """The year in which it begins, as the API names the year of enrollments."""
        return self.name[:4]


@dataclass(frozen=True)
class AeriesServer:
    """One district's API. An address that it does not have holds nothing."""

    client: JsonClient
    url: str
    page_size: int

    def address(self, path: str) -> str:
        """The address of a path below version 5."""
        return f"{self.url.rstrip('/')}/api/v5/{path}"

    def school_years(self, most: int) -> list[SchoolYear]:
        """Its current school year and those before it, the newest first, so many at most."""
        value = self.client.get(self.address("systeminfo"), with_token=False).value
        current, others = member(value, "DatabaseYear"), member(value, "AvailableDatabaseYears")
        if not isinstance(current, str) or len(current) != len("2025-2026"):
            raise SourceRefused(f"{named(self.address('systeminfo'))}: expected DatabaseYear, such as 2025-2026")
        known = {current, *(one for one in others if isinstance(one, str) and len(one) == len(current))} if isinstance(
            others, list
        ) else {current}  # fmt: skip
        return [SchoolYear(one) for one in sorted(known, reverse=True) if one <= current][:most]

    def objects(self, path: str, year: SchoolYear, parameters: Parameters | None = None) -> list[Json]:
        """The objects of an address as one answer has them; none where the API has no such address."""
        url = self.address(path)
        try:
            asked = {"DatabaseYear": year.name, **(parameters or {})}
            value = self.client.get(url, asked, with_token=False).value
        except NotFound:
            return []
        listed = value if isinstance(value, list) else [value]
        found: list[Json] = [one for one in listed if isinstance(one, dict)]
        if len(found) < len(listed):
            raise SourceRefused(f"{named(url)}: expected a list of objects; is this the address of the API?")
        return found

    def listed(self, path: str, year: SchoolYear) -> Iterator[Json]:
        """The same, asked for when the first one is."""
        yield from self.objects(path, year)

    def paged(self, path: str, year: SchoolYear) -> Iterator[Json]:
        """The objects of an address, page by page and each once; all of the first page where it gives no pages.

        SourceRefused where pages go round in a circle: a page of no more than was asked for that has nothing new.
        """
        seen, first = set[int](), 1
        while True:
            page = self.objects(path, year, {"StartingRecord": first, "EndingRecord": first + self.page_size - 1})
            fresh = [one for one in page if hash(json.dumps(one, sort_keys=True)) not in seen]
            seen.update(hash(json.dumps(one, sort_keys=True)) for one in fresh)
            yield from fresh
            if not page or len(page) > self.page_size:
                return
            if not fresh:
                raise SourceRefused(
                    f"{named(self.address(path))}: its pages go round in a circle; tell those who run the server"
                )
            first += self.page_size


def member(value: object, name: str) -> object:
    """A member of an object; None for another value."""
    return value.get(name) if isinstance(value, dict) else None


def entries(one: Json) -> Iterator[Json]:
    """What an object lists, each entry with the object's plain members; the object alone where it lists nothing."""
    plain = {name: value for name, value in one.items() if not isinstance(value, list)}
    lists = [value for value in one.values() if isinstance(value, list)]
    if not lists:
        yield one
    for entry in lists[0] if lists else ():
        if isinstance(entry, dict):
            yield {**plain, **entry}


def text(one: Json, name: str) -> str:
    """A member as a cell; empty where it has none. A time at midnight is its day."""
    value = one.get(name)
    if value is None or isinstance(value, list | dict):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).strip().removesuffix("T00:00:00")
