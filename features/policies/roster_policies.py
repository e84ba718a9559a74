"""Policies of the roster."""

from features.policies.policy_section import PolicySection


class RosterPolicies(PolicySection):
    """What the rows of students and staff mean."""
