"""Groups in the words of people: person first, programs by name."""

from models.fairness.suppression import CROSSED, NOT_RECORDED, TOGETHER

MEMBERS = {
    "english_learner": ("learning English", "who are not English learners"),
    "special_education": ("in special education", "not in special education"),
    "low_income": ("from low-income families", "not from low-income families"),
    "foster": ("in foster care", "not in foster care"),
    "homeless": ("experiencing homelessness", "not experiencing homelessness"),
}
"""Programs, whose values are yes and no, as their students and the others are told of."""
RECORDED = ("race_ethnicity", "sex", "language")
"""Attributes whose values speak for themselves."""
SEXES = {"F": "female", "M": "male", "X": "X (another sex or none)"}
"""The codes of a sex in words, where a district sends codes."""
PLACES = {"grade": "in grade", "school level": "at a school of level"}
LONGEST = 40
"""Letters for which there is room beside a picture."""
TITLES = {"race_ethnicity": "race and ethnicity"}


def title_of(attribute: str) -> str:
    """What an attribute, or two crossed, is called."""
    return " and ".join(TITLES.get(one, one.replace("_", " ")) for one in attribute.split(CROSSED))


def people(attribute: str, value: str) -> str:
    """The students of a group, or of a pair of groups, person first."""
    if (attribute, value) == ("english_learner", "yes"):
        return "English learners"
    named = zip(attribute.split(CROSSED), value.split(CROSSED), strict=True)
    return f"students {', '.join(group_in_words(one, held) for one, held in named)}"


def group_in_words(attribute: str, value: str) -> str:
    """A phrase that follows the word "students" and names a group."""
    if attribute in MEMBERS and value in ("yes", "no"):
        return MEMBERS[attribute][value == "no"]
    if value == NOT_RECORDED:
        return f"whose {title_of(attribute)} is not recorded"
    values = in_a_series([value_in_words(attribute, one) for one in value.split(TOGETHER)])
    if attribute == "school":
        return f"at {values}"
    return (
        f"recorded as {values}" if attribute in RECORDED else f"{PLACES.get(attribute, told_with(attribute))} {values}"
    )


def value_in_words(attribute: str, value: str) -> str:
    """A value as people say it: a sex by its word, and a school without a name as one."""
    if attribute == "school":
        return f"school {value}" if value.isdigit() else value
    return SEXES.get(value, value) if attribute == "sex" else value


def told_with(attribute: str) -> str:
    """Any other attribute."""
    return f"with {title_of(attribute)}"


def in_a_series(values: list[str]) -> str:
    """Values as a list in words: "a, b or c"."""
    *first, last = values
    return f"{', '.join(first)} or {last}" if first else last


def short(attribute: str, value: str) -> str:
    """The students of a group in few words: where they take too many, how many small groups of what they are."""
    words, several = people(attribute, value), value.count(TOGETHER) + 1
    return words if len(words) <= LONGEST or several == 1 else f"{several} smaller groups, by {title_of(attribute)}"
