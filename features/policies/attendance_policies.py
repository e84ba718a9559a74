"""Policies of attendance."""

from features.policies.policy_section import PolicySection


class AttendancePolicies(PolicySection):
    """What the rows of attendance mean."""
