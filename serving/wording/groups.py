"""What pages call the attributes of an audit and their groups."""

from serving.wording.locale import Language, capitalize_first, msgid

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
MEMBERS = {
    "english_learner": (msgid("students who are learning English"), msgid("students who are not learning English")),
    "special_education": (msgid("students in special education"), msgid("students not in special education")),
    "low_income": (msgid("students from low-income families"), msgid("students not from low-income families")),
    "foster": (msgid("students in foster care"), msgid("students not in foster care")),
    "homeless": (msgid("students without a home"), msgid("students who have a home")),
}
"""Programs, whose groups are yes and no, as their students and the others are told of."""
JOINED = " / "
"""Between the names of groups that were joined because one of them was too small."""


def attribute_words(language: Language, name: str) -> str:
    """An attribute; one of the district's own keeps its name."""
    return language.translate(ATTRIBUTES.get(name, "")) or name.replace("_", " ").capitalize()


def group_words(language: Language, name: str) -> str:
    """A group; names of the district's own records stay as they are."""
    known = language.translate(GROUPS.get(name, ""))
    return known or JOINED.join(language.translate(GROUPS.get(one, "")) or one for one in name.split(JOINED))


def people_words(language: Language, attribute: str, name: str) -> str:
    """The students of a group within a sentence: who is in a program or not; else the group, and what it is of."""
    if attribute in MEMBERS and name in {"yes", "no"}:
        return language.translate(MEMBERS[attribute][name == "no"])
    return f"{group_words(language, name)} ({attribute_words(language, attribute).lower()})"


def row_words(language: Language, attribute: str, name: str) -> str:
    """The same as a row of a table that is about the attribute."""
    known = attribute in MEMBERS and name in {"yes", "no"}
    return capitalize_first(people_words(language, attribute, name)) if known else group_words(language, name)
