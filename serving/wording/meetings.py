"""Words for team meetings: the steps of a review, and why a student is on an agenda."""

from collections.abc import Mapping

from serving.wording.locale import msgid

WHY: Mapping[str, str] = {
    "plan_due": msgid("A plan is due"),
    "unmet": msgid("Listed and not met"),
    "listed": msgid("On the list"),
    "chosen": msgid("Chosen by a colleague"),
}
STEPS: Mapping[str, str] = {
    "people": msgid("Who is here, and who does what"),
    "data": msgid("The records we use"),
    "records": msgid("What the records show"),
    "meaning": msgid("What we make of it"),
    "decision": msgid("What we do"),
    "progress": msgid("What was tried, and how it goes"),
    "review": msgid("What we do better next time"),
}
"""The seven steps of an early warning team's work, after the process of the American Institutes for Research."""
