"""The groups of a report: for whom students off track are found, for whom flags are wrong, small groups not shown."""

from collections.abc import Mapping

from models.fairness import NOT_RECORDED, Attribute, Cell
from models.metrics import Interval
from training.judgement import Judgement
from training.report_html import (
    Html,
    capitalized,
    element,
    framed,
    head_of,
    of_100,
    paragraph,
    people_interval,
    row_of,
    section,
)

MEMBERS = {
    "english_learner": "English learners",
    "special_education": "students in special education",
    "low_income": "students from low-income families",
    "foster": "students in foster care",
    "homeless": "students experiencing homelessness",
}
"""Programs, whose values are yes and no, as the students in them are called."""
ATTRIBUTES = {"race_ethnicity": "race and ethnicity"}
FIGURES = (
    "share_off_track",
    "selection_rate",
    "recall",
    "false_positive_rate",
    "false_discovery_rate",
)
HEAD = (
    "Group",
    "Students",
    "Ended off track, of 100",
    "Listed, of 100",
    "Found: listed, of 100 who ended off track",
    "Listed, of 100 who stayed on track",
    "Wrong flags: stayed on track, of 100 listed",
    "Found, compared with the reference group (95% interval)",
)


def groups_section(judgement: Judgement) -> Html:
    """Every attribute with its groups in one table."""
    if not judgement.subgroups:
        return section("Groups", paragraph("No groups are on record: whether it serves some worse is not known."))
    smallest = judgement.trial.settings.audit.smallest_group
    bodies = [
        element("tbody", attribute_row(name, values, judgement.gaps.get(name, {})), *rows_of(name, values, judgement))
        for name, values in judgement.subgroups.items()
    ]
    caption = "The model’s list, group by group"
    return section(
        "Is it as good for every group?",
        paragraph(
            "Protected attributes are used here, to check, and never to give a risk. These figures are the model’s, at "
            "the district’s capacity. The reference group is the largest one of each attribute."
        ),
        framed(caption, head_of(HEAD), *bodies, class_="figures"),
        paragraph(
            f"Not shown: a group of fewer than {smallest} students, or one that would give such a group away. "
            f"Too few: a figure over fewer than {smallest} students. Not enough evidence: a comparison of such.",
            class_="soft",
        ),
    )


def attribute_row(name: str, values: Attribute, gaps: Mapping[str, Interval | None]) -> Html:
    """The heading of an attribute, with its comparison in a sentence."""
    says = comparison(name, values, gaps)
    inside = [capitalized(title_of(name)), *([element("span", says)] if says else [])]
    return element("tr", element("th", *inside, colspan=len(HEAD), scope="rowgroup"), class_="group")


def title_of(name: str) -> str:
    """An attribute as people call it."""
    return MEMBERS.get(name) or ATTRIBUTES.get(name) or name.replace("_", " ")


def value_of(name: str, value: str) -> str:
    """A group as it is called in its row."""
    known = {"yes": MEMBERS[name], "no": "other students"} if name in MEMBERS else {}
    return capitalized(known.get(value, value))


def rows_of(name: str, values: Attribute, judgement: Judgement) -> list[Html]:
    """One row a group, the reference group first."""
    gaps = judgement.gaps.get(name, {})
    smallest = judgement.trial.settings.audit.smallest_group
    return [
        group_row(value_of(name, value), values[value], gap_words(value, gaps), smallest)
        for value in sorted(values, key=lambda value: value in gaps)
    ]


def group_row(title: str, cell: Cell, gap: str, smallest: int) -> Html:
    """The figures of a group; without any where it may not be shown."""
    if cell.get("suppressed"):
        says = f"fewer than {smallest} students, or would give such a group away: not shown"
        hidden = element("td", says, colspan=len(HEAD) - 1, class_="left soft")
        return element("tr", element("th", title, scope="row"), hidden)
    return row_of((title, f"{cell['n']:,}", *(share_words(cell.get(name)) for name in FIGURES), gap))


def share_words(share: float | int | bool | None) -> str:
    """A share of 100, or that too few students stand behind it."""
    return "too few" if share is None else of_100(share)


def gap_words(value: str, gaps: Mapping[str, Interval | None]) -> str:
    """A group's gap in students found, with its interval."""
    if value not in gaps:
        return "reference group"
    gap = gaps[value]
    return people_interval(gap) if gap else "not enough evidence"


def comparison(name: str, values: Attribute, gaps: Mapping[str, Interval | None]) -> str:
    """An attribute's widest evidenced gap in one sentence, empty where none is evidenced."""
    judged = {value: gap for value, gap in gaps.items() if gap}
    if not judged:
        return ""
    widest = widest_gap(judged)
    reference = next(value for value in values if value not in gaps)
    one, other = ("yes", "no") if {widest, reference} == {"yes", "no"} else (widest, reference)
    found, beside = values[one].get("recall"), values[other].get("recall")
    if found is None or beside is None:
        return ""
    chance = judged[widest].low <= 0 <= judged[widest].high
    return (
        f"Of 100 {people(name, one)} who ended off track, {of_100(found)} would have been listed; "
        f"of 100 {'others' if name in MEMBERS else people(name, other)}, {of_100(beside)}. "
        f"{'A difference of this size may be chance.' if chance else 'The difference is larger than chance explains.'}"
    )


def widest_gap(judged: Mapping[str, Interval]) -> str:
    """The group with the largest shortfall, or with the largest lead where none falls short."""
    rising = sorted(judged, key=lambda value: judged[value].estimate)
    return rising[0] if judged[rising[0]].estimate < 0 else rising[-1]


def people(name: str, value: str) -> str:
    """The students of a group, person first."""
    if name in MEMBERS and value == "yes":
        return MEMBERS[name]
    if value == NOT_RECORDED:
        return f"students whose {title_of(name)} is not recorded"
    return f"students recorded as {value}"
