"""Chronic absence as authorities define it: from how many days on, at which bound, at which schools, of what."""

from dataclasses import dataclass, replace

from features.definitions.published_rules import CHRONIC_ABSENCE, CHRONIC_ABSENCE_20_DAYS
from features.language.feature_set import Condition, Outcome, attendance, threshold
from features.language.missed_share import missed_share
from features.language.quantities import Quantity
from features.policies.chronic_absence import ChronicAbsence

OUTCOMES_NAMED = "chronic_absence_"
"""How the names of the outcomes begin for which an authority may be named."""


@dataclass(frozen=True)
class Authority:
    """What an authority calls chronic absence, of 10 % of the days, and where it says so."""

    source: str
    least_days: int
    exactly_counts: bool = True
    came_once: bool = False
    in_school_suspension: bool = False
    each_school: bool = False


CALIFORNIA = Authority(CHRONIC_ABSENCE.source, least_days=31, came_once=True)

AUTHORITIES = {
    "california": CALIFORNIA,
    "federal": Authority(
        "U.S. Department of Education, EDFacts file 195: 10 % or more of the days missed, of 10 days enrolled or more, "
        "excused or not; each school reports its own days",
        least_days=10,
        each_school=True,
    ),
    "edu_wh": Authority(f"{CHRONIC_ABSENCE_20_DAYS.source}: per student and school", least_days=20, each_school=True),
}
"""The authorities by the name that the settings give them."""


WORDS = {
    (False, True): "missed {least_share:.1%} of the school year or more",
    (False, False): "missed more than {least_share:.1%} of the school year",
    (True, True): "missed {least_share:.1%} or more of the days at one school",
    (True, False): "missed more than {least_share:.1%} of the days at one school",
}
"""What a student did: by whether each school answers for its days, and whether the share itself counts."""


def definition_of(asked: ChronicAbsence) -> Authority:
    """The authority's definition, with what a district says otherwise."""
    said = {
        "least_days": asked.least_days,
        "exactly_counts": asked.exactly_counts,
        "came_once": asked.came_once,
        "in_school_suspension": asked.in_school_suspension,
        "each_school": None if asked.absence_follows is None else asked.absence_follows == "school",
    }
    own = {name: value for name, value in said.items() if value is not None}
    authority = AUTHORITIES[asked.authority]
    changed = Authority(**{**vars(authority), **own})
    return changed if changed == authority else replace(changed, source=f"{authority.source}; changed by the district")


def by_authority(outcome: Outcome, asked: ChronicAbsence) -> Outcome:
    """The outcome of chronic absence as an authority defines it; as it is where California does."""
    definition = definition_of(asked)
    if definition == CALIFORNIA:
        return outcome
    off_track, judged_if = conditions(definition)
    words = WORDS[definition.each_school, definition.exactly_counts]
    suspended = ", suspension in school included" if definition.in_school_suspension else ""
    return replace(
        outcome,
        says=words + suspended,
        ended=words,
        source=definition.source,
        off_track=off_track,
        judged_if=judged_if,
    )


def conditions(definition: Authority) -> tuple[Condition, Condition]:
    """What is chronic, and of whom it can be said."""
    bound = threshold("least_share", 0.10)
    more_than_days = threshold("more_than_days", definition.least_days - 1)
    if definition.each_school or definition.in_school_suspension:
        share: Quantity = missed_share(
            each_school=definition.each_school,
            with_in_school_suspension=definition.in_school_suspension,
            more_than_days=more_than_days,
        )
        judged_if: Condition = share >= 0
    else:
        share = attendance.share_absent()
        judged_if = attendance.days_expected() > more_than_days
    if definition.came_once:
        judged_if = judged_if & (share < 1)
    return (share >= bound if definition.exactly_counts else share > bound), judged_if
