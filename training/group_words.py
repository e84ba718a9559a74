"""Groups in the words of people: person first, programs by name."""

from models.told import CROSSED, NOT_RECORDED, TOGETHER

MEMBERS = {
    "english_learner": ("English learners", "students who are not English learners"),
    "special_education": ("students in special education", "students not in special education"),
    "low_income": ("students from low-income families", "students not from low-income families"),
    "foster": ("students in foster care", "students not in foster care"),
    "homeless": ("students experiencing homelessness", "students not experiencing homelessness"),
}
"""Programs, whose values are yes and no, as the students in them and the others are called."""
MOST_NAMED = 2
"""Groups told together that are named where there is little room."""
TITLES = {"race_ethnicity": "race and ethnicity"}


def title_of(attribute: str) -> str:
    """What an attribute, or two crossed, is called."""
    return " and ".join(TITLES.get(one, one.replace("_", " ")) for one in attribute.split(CROSSED))


def people(attribute: str, value: str) -> str:
    """The students of a group, or of a pair of groups, person first."""
    if CROSSED in attribute:
        named = zip(attribute.split(CROSSED), value.split(CROSSED), strict=True)
        return " who are also ".join(people(one, held) for one, held in named)
    if attribute in MEMBERS and value in ("yes", "no"):
        return MEMBERS[attribute][value == "no"]
    if value == NOT_RECORDED:
        return f"students whose {title_of(attribute)} is not recorded"
    place = {"school": "at school", "grade": "in grade", "school level": "at a school of level"}.get(attribute)
    values = listed(value.split(TOGETHER))
    return f"students {place} {values}" if place else f"students recorded as {values}"


def listed(values: list[str]) -> str:
    """Values one after the other, the last after an or."""
    *first, last = values
    return f"{', '.join(first)} or {last}" if first else last


def short(attribute: str, value: str) -> str:
    """The students of a group in few words: several small groups by how many they are."""
    several = value.count(TOGETHER) + 1
    return people(attribute, value) if several <= MOST_NAMED else f"students of {several} smaller groups"
