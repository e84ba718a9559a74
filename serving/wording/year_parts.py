"""Sentences on what serves when: in which weeks a rule makes the list and in which a model, and why on a date."""

from serving.store.cell_types import JsonRow
from serving.store.rows import RunRow
from serving.wording.locale import Language, msgid
from serving.wording.scores import scored_by, why_served

WHY_NOW = {
    "fail": msgid(
        "The published rule puts this list in order. A model was tried on a later year. At this time of the year it did"
        " not pass every test, so it is not used now."
    ),
    "not_enough_evidence": msgid(
        "The published rule puts this list in order. The records do not yet show that a model would do better at this"
        " time of the year, so none is used now."
    ),
}
NOT_JUDGED = {
    "no_year": msgid(
        "A published rule makes this list. Nothing is on record yet to say how such students fared here, so no risk is"
        " told."
    ),
    "week": msgid(
        "No list was tested so early or so late in a school year. So a published rule makes this list, and no model"
        " gives a risk."
    ),
    "calendar": msgid(
        "School began more than two weeks earlier or later than in the years on which lists were tested. So a published"
        " rule makes this list, and no model gives a risk."
    ),
    "no_school_week": msgid(
        "The first day of this school year is not on record, so it is not known whether a list was tested at such a"
        " time. So a published rule makes this list, and no model gives a risk."
    ),
}
IN_ORDER = msgid(
    "At this time of the year the list gives an order, and no numbers. Past years do not show that numbers would be"
    " close to what happens, in each year and for each group of students."
)
IN_RANGES = msgid(
    "At this time of the year the list gives an order, and for each student a range and no single number. How many"
    " students end off track has differed from year to year."
)
NUMBERS_FROM = msgid("From week {week} of the school year on, there are numbers.")
BEFORE_MARKS = msgid(
    "Until the first marks a published rule makes this list. From week {week} of the school year on, a model does."
)
RULE_UNTIL = msgid(
    "Through week {through} of the school year a published rule makes this list. From week {week} on, a model does."
)
RULE_AFTER = msgid("Through week {through} of the school year a model made this list. Now a published rule does.")
MODEL_SINCE = msgid(
    "Through week {through} of the school year a published rule made this list. From week {week} on, a model does."
)
MODEL_UNTIL = msgid("Through week {through} of the school year a model makes this list. Then a published rule does.")


def why_list(language: Language, run: RunRow) -> str:
    """What orders a run's list and why that, and what does so in other parts of the year."""
    if run.not_judged in NOT_JUDGED:
        return language.translate(NOT_JUDGED[str(run.not_judged)])
    serves = {part["serves"] for part in run.parts or []}
    if run.scorer == "rule" and "model" in serves and run.verdict in WHY_NOW:
        why = language.translate(WHY_NOW[run.verdict])
    else:
        why = why_served(language, run.scorer, run.verdict)
    return " ".join(filter(None, (why, in_order(language, run), served_when(language, run))))


def in_order(language: Language, run: RunRow) -> str:
    """Why a run's list gives no numbers, and from when on there are some; empty where it gives them."""
    if run.not_judged != "level":
        return ""
    parts = run.parts or []
    place = next((at for at, part in enumerate(parts) if part["name"] == run.part), len(parts))
    later = next((part for part in parts[place:] if part.get("numbers", True)), None)
    own = parts[place] if place < len(parts) else {}
    why = language.translate(IN_RANGES if own.get("ranges") else IN_ORDER)
    return f"{why} {language.translate(NUMBERS_FROM, week=later['from_week'])}" if later else why


def scored_when(language: Language, run: RunRow) -> str:
    """What gave the scores of a run, and what does so in other parts of the year."""
    if run.not_judged in NOT_JUDGED:
        return f"{scored_by(language, run.scorer)} {language.translate(NOT_JUDGED[str(run.not_judged)])}"
    said = (scored_by(language, run.scorer), in_order(language, run), served_when(language, run))
    return " ".join(filter(None, said))


def served_when(language: Language, run: RunRow) -> str:
    """When another scorer serves than in the part of the run; empty where one serves all year."""
    parts = run.parts or []
    place = next((at for at, part in enumerate(parts) if part["name"] == run.part), None)
    if place is None:
        return ""
    later = next((part for part in parts[place:] if part["serves"] != run.scorer), None)
    earlier = next((part for part in reversed(parts[:place]) if part["serves"] != run.scorer), None)
    if run.scorer == "rule":
        return rule_when(language, run, earlier, later)
    if earlier:
        week = week_after(earlier)
        return language.translate(MODEL_SINCE, through=earlier["through_week"], week=week)
    return language.translate(MODEL_UNTIL, through=week_before(later)) if later else ""


def rule_when(language: Language, run: RunRow, earlier: JsonRow | None, later: JsonRow | None) -> str:
    """When a model serves before or after the part of a run by the rule."""
    if later and run.part == "first_weeks":
        return language.translate(BEFORE_MARKS, week=later["from_week"])
    if later:
        return language.translate(RULE_UNTIL, through=week_before(later), week=later["from_week"])
    return language.translate(RULE_AFTER, through=earlier["through_week"]) if earlier else ""


def week_after(part: JsonRow) -> int:
    """The first school week after a part."""
    return int(str(part["through_week"])) + 1


def week_before(part: JsonRow) -> int:
    """The last school week before a part."""
    return int(str(part["from_week"])) - 1
