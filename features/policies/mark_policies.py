"""Policies of marks."""

from features.policies.policy_section import PolicySection


class MarkPolicies(PolicySection):
    """What the rows of marks mean."""
