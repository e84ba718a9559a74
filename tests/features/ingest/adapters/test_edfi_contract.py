"""Every member that is read of a resource is in the published schema of data standard 4 and 5."""

import gzip
from collections.abc import Iterator, Mapping

import pytest
import yaml
from pydantic import TypeAdapter

from features.ingest.adapters.edfi.resources import RESOURCES, Resource
from tests.docs.pages import ROOT
from tests.features.ingest.adapters.edfi_writes import NATURAL_KEYS, RENAMED, key_paths

PUBLISHED = ROOT.parent / "shared" / "data" / "edfi_openapi"
Node = Mapping[str, object]
NODE = TypeAdapter(dict[str, object])

pytestmark = pytest.mark.skipif(
    not PUBLISHED.exists(), reason="the schemas are not beside this checkout: ../shared/data/edfi_openapi"
)


class Schemas:
    """The document of one data standard."""

    def __init__(self, version: str) -> None:
        with gzip.open(PUBLISHED / f"resources__resources-ds-{version}.yaml.gz") as file:
            self.document = NODE.validate_python(yaml.load(file, Loader=yaml.CSafeLoader))

    def at(self, node: Node, *names: str) -> Node:
        """What is below a node by names, references followed; empty where there is nothing."""
        for name in names:
            node = self.resolved(NODE.validate_python(node.get(name) or {}))
        return node

    def resolved(self, node: Node) -> Node:
        """A node, or what it refers to."""
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return node
        return self.at(self.document, *reference.removeprefix("#/").split("/"))

    def body(self, resource: str) -> Node:
        """The schema of a resource's body; empty where there is no such resource."""
        answer = self.at(self.document, "paths", f"/ed-fi/{resource}", "get", "responses", "200", "content")
        return self.at(answer, "application/json", "schema", "items")

    def has(self, body: Node, path: str) -> bool:
        """Whether a body has the member at a path."""
        for part in path.split("."):
            body = self.at(body, "properties", part.removesuffix("[]"))
            body = self.at(body, "items") if part.endswith("[]") else body
        return bool(body)

    def natural_key(self, resource: str) -> set[str]:
        """The names of the members of a resource's natural key."""
        parameters = self.at(self.document, "paths", f"/ed-fi/{resource}", "get").get("parameters")
        found = [NODE.validate_python(one) for one in parameters] if isinstance(parameters, list) else []
        return {str(one["name"]) for one in found if one.get("x-Ed-Fi-isIdentity")}

    def may_rename(self, resource: str) -> bool:
        """Whether a PUT may change a resource's natural key."""
        return bool(self.at(self.document, "paths", f"/ed-fi/{resource}/{{id}}", "put").get("x-Ed-Fi-isUpdatable"))

    def lacking(self, one: Resource) -> Iterator[str]:
        """The columns of a resource of which no path is in the schema."""
        body = self.body(one.name)
        for column, said in one.columns.items():
            if not any(all(self.has(body, leaf) for leaf in leaves_of(path)) for path in said.split("|")):
                yield f"{one.name}.{column}"


def leaves_of(path: str) -> list[str]:
    """The members that a path names, each from the body on."""
    if "[]" not in path:
        return [path]
    name = path.partition("[].")[0]
    return [leaf if leaf.startswith(f"{name}[].") else f"{name}[].{leaf}" for leaf in path.split(",")]


@pytest.mark.parametrize("version", ["4.0", "5.0"])
def test_every_member_that_is_read_is_in_the_published_schema(version: str) -> None:
    schemas = Schemas(version)
    assert [lacking for one in RESOURCES.values() for lacking in schemas.lacking(one)] == []
    wrong = Resource("students", {"student": "studentUniqueId", "mark": "studentReference.mark"})
    assert list(schemas.lacking(wrong)) == ["students.mark"]


def test_a_drive_writes_by_the_natural_keys_of_the_standard_and_renames_what_it_may() -> None:
    """The server on loopback takes for a key, and for a change of one, what an API of data standard 5 takes."""
    schemas = Schemas("5.0")
    assert {name: set(key_paths(name)) for name in NATURAL_KEYS} == {
        name: schemas.natural_key(name) for name in NATURAL_KEYS
    }
    assert {name for name in NATURAL_KEYS if schemas.may_rename(name)} == RENAMED
