"""Feature sets and outcomes by name, as published and as a district sets them."""

import difflib
from collections.abc import Iterator, Mapping
from functools import cache

from features.definitions.chronic_absence import OUTCOMES_NAMED, by_authority
from features.definitions.district_definitions import outcomes_in_file
from features.definitions.grade9 import NinthGrade
from features.definitions.high import HighSchool
from features.definitions.middle import MiddleSchool
from features.definitions.outcome_rules import OUTCOME_RULES
from features.definitions.outcomes import ALL
from features.errors import SettingsRefused
from features.language.feature_set import FeatureSet, Indicator, Outcome, served_name, unruled_name
from features.language.outcome import with_thresholds
from features.policies.chronic_absence import ChronicAbsence
from features.settings import Settings

FEATURE_SETS: dict[str, type[FeatureSet]] = {one.name: one for one in (MiddleSchool, NinthGrade, HighSchool)}
"""Feature sets by name."""


def can_serve(feature_set: type[FeatureSet], rule: Indicator) -> bool:
    """Whether a rule can say its reasons by the features of a feature set."""
    return bool(rule.reasons) and {sign.feature for sign in rule.reasons} <= set(feature_set.features())


SERVABLE: dict[str, type[FeatureSet]] = {
    **FEATURE_SETS,
    **{
        ruled.name: ruled
        for one in FEATURE_SETS.values()
        for peer in (*one.peers, *OUTCOME_RULES.values())
        if can_serve(one, peer)
        for ruled in [one.ruled_by(peer)]
    },
}
"""What a bundle may be made for: each feature set with its own rule, and with each other one that has reasons in it."""

OUTCOMES: dict[str, Outcome] = {one.name: with_thresholds(one, {}) for one in ALL}
"""Outcomes by name, with the thresholds they were published with."""


def feature_set_of(outcome: Outcome) -> type[FeatureSet]:
    """The feature set that predicts an outcome, the one whose cohort holds the outcome's, with the outcome's rule."""
    found = next(one for one in FEATURE_SETS.values() if outcome.cohort.within(one.cohort))
    return (ruled_set(found, outcome.rule) or found) if outcome.rule else found


def ruled_set(feature_set: type[FeatureSet], rule: str) -> type[FeatureSet] | None:
    """The features of a feature set with the rule of that name; None where that cannot serve."""
    plain = FEATURE_SETS[unruled_name(feature_set.name)]
    own = plain.indicator.name if plain.indicator else ""
    return plain if rule == own else SERVABLE.get(served_name(plain.name, rule))


def outcomes_of(settings: Settings) -> Mapping[str, Outcome]:
    """The outcomes switched on, with a district's thresholds, and its own; SettingsRefused for one unknown to us."""
    defined = {one.name: one for one in (*ALL, *district_outcomes(settings))}
    for name in settings.outcomes:
        if name not in defined:
            raise SettingsRefused(f"outcomes.{name}: no such outcome{nearest_name(name, list(defined))}")
    on = {name: one for name, one in defined.items() if name not in settings.outcomes or settings.outcomes[name].on}
    return {name: with_district_thresholds(with_authority(one, settings), settings) for name, one in on.items()}


def outcome_of(settings: Settings) -> Outcome:
    """The outcome that the settings ask for; SettingsRefused where it is off or unknown."""
    name, outcomes = settings.training.outcome, outcomes_of(settings)
    if name in outcomes:
        return outcomes[name]
    if name in settings.outcomes:
        raise SettingsRefused(f"training.outcome: '{name}' is off; set outcomes.{name}.on to true, or choose another")
    raise SettingsRefused(f"training.outcome: no outcome '{name}'{nearest_name(name, list(outcomes))}")


def with_authority(outcome: Outcome, settings: Settings) -> Outcome:
    """The outcome by the authority that a district names; SettingsRefused where it is not about chronic absence."""
    asked = settings.outcomes[outcome.name].chronic if outcome.name in settings.outcomes else ChronicAbsence()
    if asked != ChronicAbsence() and not outcome.name.startswith(OUTCOMES_NAMED):
        raise SettingsRefused(
            f"outcomes.{outcome.name}.chronic: this outcome is not about chronic absence; those that are begin with "
            f"'{OUTCOMES_NAMED}'"
        )
    return by_authority(outcome, asked)


def with_district_thresholds(outcome: Outcome, settings: Settings) -> Outcome:
    """The outcome with a district's thresholds; SettingsRefused for one that it does not have."""
    values = settings.outcomes[outcome.name].thresholds if outcome.name in settings.outcomes else {}
    try:
        return outcome_at(outcome, tuple(values.items()))
    except KeyError as unknown:
        known, name = list(outcome.thresholds), str(unknown.args[0])
        place = f"outcomes.{outcome.name}.thresholds.{name}"
        raise SettingsRefused(f"{place}: no such threshold{nearest_name(name, known)}") from None


@cache
def outcome_at(outcome: Outcome, thresholds: tuple[tuple[str, float], ...]) -> Outcome:
    """The outcome with these thresholds, kept for the process; KeyError for one that it does not have."""
    return with_thresholds(outcome, dict(thresholds))


def district_outcomes(settings: Settings) -> Iterator[Outcome]:
    """The outcomes of a district's own files; SettingsRefused where one takes a name of ours or fits no feature set."""
    taken = {one.name for one in ALL}
    for path in settings.definitions:
        for outcome in outcomes_in_file(path):
            if outcome.name in taken:
                raise SettingsRefused(f"{path}: outcome '{outcome.name}' is defined already; give it another name")
            if not any(outcome.cohort.within(one.cohort) for one in FEATURE_SETS.values()):
                raise SettingsRefused(
                    f"{path}: outcome '{outcome.name}' is about {outcome.cohort.words}, "
                    f"which no feature set covers; they cover {covered_cohorts()}"
                )
            taken.add(outcome.name)
            yield outcome


def covered_cohorts() -> str:
    """The cohorts of all feature sets, in words."""
    return "; ".join(one.cohort.words for one in FEATURE_SETS.values())


def nearest_name(name: str, known: list[str]) -> str:
    """A hint at the known name nearest to an unknown one."""
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean '{close[0]}'?" if close else f"; known are {', '.join(known) or 'none'}"
