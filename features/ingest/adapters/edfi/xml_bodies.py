"""From an element of bulk XML to the body that an API has of the same record.

Bulk XML says the same things in other words: a reference holds the identity that it refers to, with those in it, where
an API has one flat object, or it names the id of an element of the same file; a descriptor is called without
`Descriptor`; elements that repeat are no list; and some members are one element further in.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NoReturn, cast

from features.ingest.adapters.edfi.bodies import Body
from features.ingest.adapters.edfi.resources import RESOURCES, Resource
from features.ingest.adapters.edfi.xml_elements import Element
from features.ingest.findings import DataRefused, Finding

RECORDS: dict[str, Resource] = {name[0].upper() + name[1:].removesuffix("s"): one for name, one in RESOURCES.items()}
"""The resource of each element of an interchange."""

WITHIN = ("Name", "BirthData", "AttendanceEvent")
"""Elements whose members an API has at the record itself."""

YEAR = "schoolYear"
ORGANIZATION = "educationOrganizationId"
ORGANIZATIONS = ("schoolId", "localEducationAgencyId")
MOST_IDS = 1_000_000


def member_name(element: Element) -> str:
    """The name of a member of an API's body."""
    name = element.name[:1].lower() + element.name[1:]
    is_code = element.text.startswith("uri://") and not name.endswith("Descriptor")
    return f"{name}Descriptor" if is_code else name


def plural(name: str) -> str:
    """The name of a list of members."""
    return f"{name.removesuffix('y')}ies" if name.endswith("y") else f"{name}s"


def stem_of(name: str) -> str:
    """The name of a member without what says that it is a reference or a descriptor."""
    return name.removesuffix("Reference").removesuffix("Descriptor")


@cache
def heads_of(record: str) -> frozenset[str]:
    """The first names of all paths that the columns of a record's resource have."""
    paths = (path for said in RECORDS[record].columns.values() for path in said.split("|"))
    return frozenset(leaf.partition(".")[0].removesuffix("[]") for path in paths for leaf in path.split(","))


def members_used() -> frozenset[str]:
    """The last names of all paths that columns have."""
    paths = (path for one in RESOURCES.values() for said in one.columns.values() for path in said.split("|"))
    return frozenset(leaf.rpartition(".")[2] for path in paths for leaf in path.split(",")) | set(ORGANIZATIONS)


USED = members_used()


@dataclass
class XmlRecords:
    """The records of one file, and the identities of those that others refer to by an id."""

    file: str
    identities: dict[str, dict[str, str]] = field(default_factory=dict)

    def note(self, record: Element) -> None:
        """Keeps the members that are used of a record with an id."""
        if record.id:
            found = self.flat(record)
            for name in ORGANIZATIONS:
                if name in found:
                    found.setdefault(ORGANIZATION, found[name])
            self.identities[record.id] = found
            if len(self.identities) > MOST_IDS:
                self.refuse(record, f"expected at most {MOST_IDS:,} elements with an id; write identities instead")

    def refuse(self, element: Element, expected: str) -> NoReturn:
        """Raises DataRefused at an element."""
        raise DataRefused([Finding("FILE06", self.file, element.line, "", expected)])

    def flat(self, element: Element, *, strict: bool = False) -> dict[str, str]:
        """The members that are used of an element and those within it; of one name the outermost counts."""
        found = {member_name(one): one.text for one in element.children if one.text and member_name(one) in USED}
        for one in element.children:
            inner = self.identity(one, strict=strict) if one.ref else self.flat(one, strict=strict)
            found = {**inner, **found}
        return found

    def identity(self, reference: Element, *, strict: bool) -> dict[str, str]:
        """The identity that an id names; of one that stands nowhere before it none, or DataRefused if it is read."""
        if strict and reference.ref not in self.identities:
            expected = "expected a reference to an element before it in this file, or one with an identity"
            self.refuse(reference, expected)
        return self.identities.get(reference.ref, {})

    def body(self, record: Element) -> Body:
        """The body of a record: the members that columns of its resource are read from."""
        body: dict[str, object] = {}
        heads = heads_of(record.name)
        for one in parts_of(record):
            name = member_name(one)
            if not heads.isdisjoint((name, plural(stem_of(name)), f"{name}TypeReference")):
                self.add(body, name, one)
        if isinstance(body.get(YEAR), str):
            body[f"{YEAR}TypeReference"] = {YEAR: body[YEAR]}
        return body

    def add(self, body: dict[str, object], name: str, part: Element) -> None:
        """Adds a part of a record to its body: as a member, and to the list of members of that name."""
        value, single = self.value(part), stem_of(name)
        body.setdefault(name, value)
        item = value if isinstance(value, dict) and single == name else {name: value}
        cast("list[object]", body.setdefault(plural(single), [])).append(item)

    def value(self, element: Element) -> object:
        """The value of a member: a flat identity of a reference, the members of another element, or a text."""
        if element.name.endswith("Reference"):
            return self.identity(element, strict=True) if element.ref else self.flat(element, strict=True)
        members = {member_name(one): one.text for one in element.children if one.text}
        return members.get("credits", members) if members else element.text or None


def parts_of(record: Element) -> Iterator[Element]:
    """The elements of a record, those of elements that an API does not have in their place; extensions left out."""
    for one in record.children:
        if one.name in WITHIN:
            yield from (inner for inner in one.children if inner.name)
        elif one.name:
            yield one
