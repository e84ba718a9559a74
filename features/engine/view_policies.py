"""The policies that a view reads records by: those that act where records of several loads or sources meet."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from features.policies.record_policies import RecordPolicies


@dataclass(frozen=True)
class ViewPolicies:
    """How a view reads records; each default is the reading without a policy."""


AS_BEFORE = ViewPolicies()
"""A view without a policy."""


def view_policies_of(policies: RecordPolicies) -> ViewPolicies:
    """What a district's policies say about views."""
    return ViewPolicies()


def policies_as_json(policies: ViewPolicies) -> str:
    """The policies as a load keeps them."""
    return TypeAdapter(ViewPolicies).dump_json(policies, exclude_defaults=True).decode()


def policies_from(text: str | None) -> ViewPolicies:
    """The policies that a load kept; those that it does not name, or a load of an earlier version, are the default."""
    return TypeAdapter(ViewPolicies).validate_json(text) if text else AS_BEFORE
