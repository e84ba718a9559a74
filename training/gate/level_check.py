"""The check that the level of risks held in every judged year: where it did not, a list is in order without numbers.

What a page tells of a student is a claim about this year. Where the mean risk missed what happened in a judged year,
no number is told at that time of the year: not by the model, nor by a rule whose shares missed alike. Nor is one told
by a model of which another check of numbers is open. Who comes first is asked by the checks of lists.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from presentation.numbers import people_interval, school_year
from training.evaluation.level_by_year import LevelGap
from training.gate.verdict import GateCheck, more_or_fewer

CODE: Final = "GATE16"
OF_NUMBERS: Final = frozenset({"GATE06", "GATE09", "GATE14"})
"""The checks of how large risks are: of a list without numbers they ask nothing that has to be shown."""
NOT_TOLD: Final = "No number is told then, so this need not be shown."
IN_ORDER: Final = "So the list is made in order, and no number is told then."


def check_level(gaps: Sequence[LevelGap], bound: float) -> GateCheck | None:
    """Whether the mean risk was near what happened on every date of every judged year; None where none can be judged.

    A miss is no failure: the list is made in order all the same, and no number is told.
    """
    if not gaps:
        return None
    years = len({one.year for one in gaps})
    missed = [one for one in gaps if one.misses(bound, years=years)]
    furthest = max(missed or gaps, key=lambda one: abs(one.gap.estimate))
    says = (
        f"Furthest off in {where(furthest)}: of 100 students, {more_or_fewer(furthest.gap.estimate)} ended off track "
        f"than the risks said ({people_interval(furthest.gap)}; allowed is {bound * 100:.0f}, and what chance "
        f"explains). Scoring dates judged: {len(gaps)}, in {years} school years; missed: {len(missed)}."
    )
    title = "level held in every year"
    if not missed:
        return GateCheck(CODE, title, "pass", says, required=False)
    return GateCheck(CODE, title, "not_enough_evidence", f"{says} {IN_ORDER}", required=False)


def where(one: LevelGap) -> str:
    """A date in words."""
    return f"school week {one.week} of {school_year(one.year)}" if one.week else school_year(one.year)


def settle_numbers(checks: Sequence[GateCheck], level: GateCheck) -> tuple[GateCheck, ...]:
    """The checks with that of the level at their end; where how large risks are is open, none of them is told.

    Then only a list in order is asked for, and what is open about numbers keeps no model from making it.
    """
    is_open = [one.code for one in checks if one.code in OF_NUMBERS and one.decides and one.verdict != "fail"]
    if level.verdict == "pass" and not is_open:
        return *checks, level
    if level.verdict == "pass":
        says = f"{level.says} But how large risks are is open by {' and '.join(is_open)}. {IN_ORDER}"
        level = replace(level, verdict="not_enough_evidence", says=says)
    return *map(without_numbers, checks), level


def without_numbers(check: GateCheck) -> GateCheck:
    """The check of a model that tells no number: how large its risks are has not to be shown, but may not fail."""
    if check.code not in OF_NUMBERS or check.verdict == "pass":
        return check
    return replace(check, required=False, says=check.says if check.verdict == "fail" else f"{check.says} {NOT_TOLD}")
