"""What pages call the attributes of an audit and their groups."""

from serving.wording.locale import Language, msgid

ATTRIBUTES = {
    "race_ethnicity": msgid("Race and ethnicity"),
    "sex": msgid("Sex"),
    "english_learner": msgid("Learning English"),
    "special_education": msgid("Special education"),
    "low_income": msgid("Low income"),
    "foster": msgid("Foster care"),
    "homeless": msgid("Without a home"),
    "school": msgid("School"),
}
GROUPS = {
    "yes": msgid("Yes"),
    "no": msgid("No"),
    "M": msgid("Boys"),
    "F": msgid("Girls"),
    "X": msgid("Other or not said"),
    "F / X": msgid("Girls, other or not said"),
    "not recorded": msgid("Not recorded"),
    "Asian": msgid("Asian"),
    "Black": msgid("Black"),
    "Latino": msgid("Latino"),
    "White": msgid("White"),
    "Two or more": msgid("Two or more races"),
    "Native American": msgid("Native American"),
    "Pacific Islander": msgid("Pacific Islander"),
}
JOINED = " / "
"""Between the names of groups that were joined because one of them was too small."""


def attribute_words(language: Language, name: str) -> str:
    """An attribute; one of the district's own keeps its name."""
    return language.translate(ATTRIBUTES.get(name, "")) or name.replace("_", " ").capitalize()


def group_words(language: Language, name: str) -> str:
    """A group; names of the district's own records stay as they are."""
    known = language.translate(GROUPS.get(name, ""))
    return known or JOINED.join(language.translate(GROUPS.get(one, "")) or one for one in name.split(JOINED))
