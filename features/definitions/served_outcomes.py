"""The outcomes that a district serves, each with the settings by which it is trained and listed."""

from collections.abc import Mapping
from dataclasses import dataclass

from features.definitions.catalog import nearest_name, outcome_of, outcomes_of
from features.errors import SettingsRefused
from features.language.outcome import Outcome
from features.served_outcome import ServedOutcome
from features.settings import Settings

Cell = tuple[int, str]
"""Students of a grade who are in it for the first time, or again."""


@dataclass(frozen=True)
class Served:
    """An outcome that a district serves, and the installation's settings with what is said for it alone."""

    outcome: Outcome
    settings: Settings


def served_outcomes(settings: Settings, district_id: str) -> tuple[Served, ...]:
    """The outcomes of a district in the order of `ontrack.toml`, `training.outcome` where it names none.

    SettingsRefused for one that is off or unknown.
    """
    declared = settings.district(district_id).outcomes
    if not declared:
        return (Served(outcome_of(settings), settings),)
    known = outcomes_of(settings)
    for one in declared:
        refuse_unserved(settings, district_id, one.name, known)
    found = [known[one.name] for one in declared]
    return tuple(
        Served(outcome, settings_for(settings, one, share_of(outcome, found, settings.gate.capacity)))
        for one, outcome in zip(declared, found, strict=True)
    )


def served_outcome(settings: Settings, district_id: str, name: str) -> Served:
    """The outcome of that name as the district serves it, or as the installation does where it serves others."""
    asked = settings.model_copy(update={"training": settings.training.model_copy(update={"outcome": name})})
    outcome = outcome_of(asked)
    served = {one.outcome.name: one for one in served_outcomes(settings, district_id)}
    return served.get(name, Served(outcome, asked))


def refuse_unserved(settings: Settings, district_id: str, name: str, known: Mapping[str, Outcome]) -> None:
    """Raise SettingsRefused for an outcome that a district cannot serve."""
    if name in known:
        return
    place = f"districts.{district_id}.outcomes: "
    if name in settings.outcomes and not settings.outcomes[name].on:
        raise SettingsRefused(f"{place}'{name}' is off; set outcomes.{name}.on to true, or leave it out")
    raise SettingsRefused(f"{place}no outcome '{name}'{nearest_name(name, list(known))}")


def settings_for(settings: Settings, one: ServedOutcome, share: float) -> Settings:
    """The settings by which one outcome is trained and listed; `share` of its students where it says no capacity."""
    names = {"as_of": one.as_of, "years": one.years, "weeks": one.weeks, "model": one.model}
    training = {name: value for name, value in names.items() if value is not None} | {"outcome": one.name}
    gate: dict[str, object] = {"capacity": share if one.capacity is None else one.capacity}
    if one.replicates is not None:
        gate["replicates"] = one.replicates
    return settings.model_copy(
        update={
            "training": settings.training.model_copy(update=training),
            "gate": settings.gate.model_copy(update=gate),
        }
    )


def share_of(outcome: Outcome, served: list[Outcome], capacity: float) -> float:
    """An even part of a capacity: no student's grade has more places than it over all outcomes."""
    beside = max(sum(cell in cells_of(one) for one in served) for cell in cells_of(outcome))
    return round(capacity / beside, 4)


def cells_of(outcome: Outcome) -> set[Cell]:
    """The students of an outcome, by grade and by whether they are in it again."""
    cohort = outcome.cohort
    again = () if cohort.first_time else [(grade, "again") for grade in cohort.grade_levels]
    first = [(grade, "first") for grade in cohort.grade_levels if grade not in cohort.repeating]
    return {*first, *again}
