"""The policies of records under which a bundle was trained, beside those by which they are read now."""

from features.policies.record_policies import changed_policies
from models.bundle.bundle import Bundle

POLICIES = "policies"
"""The key of a bundle's provenance that holds them; no bundle of an earlier version has it."""


def policies_changed_since(bundle: Bundle, now: str | None) -> tuple[str, ...]:
    """What differs from the policies under which a bundle was trained, a sentence each; nothing where not known."""
    return changed_policies(bundle.provenance.get(POLICIES), now)
