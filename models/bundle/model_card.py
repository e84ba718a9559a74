"""The model card: what a model or a rule is, for what, on what data, how well, for whom not, and who checked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import isnan
from typing import TYPE_CHECKING

from models.bundle.year_parts import ServedPart, describe_parts, scorer_words
from models.fairness.rates import RATES
from models.feature_dictionary import Entry, FeatureDictionary

if TYPE_CHECKING:  # whoever opens a bundle to serve it needs no library of audits
    from models.fairness.audit import ListAudit
    from models.fairness.group_metrics import GroupFigures

INTENDED = (
    "A counselor reads the list of students whose records show signals, looks at the records behind each, and decides "
    "with the student and the family what support to offer. The list is a reason to look, never a decision."
)
REFUSED_USES = (
    "**Money**: not to set or withhold funding, fees, aid or pay.",
    "**Discipline**: not to suspend, expel, search or sanction anyone.",
    "**Placement**: not to place, track, retain, admit or refuse a student anywhere.",
    "**Law enforcement**: not to be shared with police, courts, probation or immigration services.",
)
OUTSIDE = (
    "On a date outside of the judged school weeks, or in a year whose calendar has shifted by more than two weeks, the "
    "published rule of that part of the year serves, and no model gives a risk."
)
GATE = (
    "The verdict of the promotion gate is `gate.json` in this bundle, signed with everything else; "
    "`ontrack promote` refuses a model whose verdict is not a pass. The report of the training run shows every check."
)
CardCell = Mapping[str, float | int | bool | None]
Subgroups = Mapping[str, Mapping[str, CardCell]]
"""Attribute, group and figures."""
SUPPRESSED: CardCell = {"suppressed": True}
GROUP_FIGURES = {
    "share_off_track": "Off track",
    "selection_rate": "Listed",
    "recall": "Recall",
    "false_positive_rate": "Listed though on track",
}
DIRECTIONS = {"worse": "more raises the risk", "better": "more lowers the risk", "none": "no direction required"}


@dataclass(frozen=True)
class ScorerFigures:
    """How one scorer did on the test year at the capacity; `interval` says what is around a figure, or is empty."""

    scorer: str
    precision: float
    recall: float
    auc: float
    interval: str = ""


@dataclass(frozen=True)
class CardFacts:
    """What a card needs; only `subgroups` may be empty (the card says so), and `verdict` stands for no gate as 'none'.

    `outcome` is a sentence. `trained_on` and `tested_on` are years or dates in words, `capacity` a share of the cohort,
    `calibration_gap` the mean distance between risk and what happened. `limits` are sentences.
    """

    name: str
    kind: str
    outcome: str
    district: str
    grade_band: str
    feature_set: str
    trained_on: str
    tested_on: str
    students: int
    dictionary: FeatureDictionary
    figures: Sequence[ScorerFigures]
    capacity: float
    calibration_gap: float
    calibration: str
    subgroups: Subgroups
    smallest_group: int
    limits: Sequence[str]
    verdict: str


def render_card(facts: CardFacts) -> str:
    """The card in Markdown with a YAML header; ValueError names a needed field that is empty."""
    refuse_empty(facts)
    parts = [
        render_header(facts),
        f"# {facts.name}\n\n{describe_scorer(facts)}",
        f"## Intended use\n\n{INTENDED}\n\nUses that are refused:\n\n{markdown_list(REFUSED_USES)}",
        f"## Data\n\n{describe_data(facts)}",
        f"## Features\n\n{render_features(facts.dictionary)}",
        f"## Figures\n\n{render_figures(facts)}",
        f"## Calibration\n\n{facts.calibration}\n\nCalibration gap on the test year: {facts.calibration_gap:.3f}.",
        f"## Groups\n\n{render_subgroups(facts)}",
        f"## Limits\n\n{markdown_list(facts.limits)}",
        f"## Gate\n\nVerdict: **{facts.verdict}**. {GATE}",
    ]
    return "\n\n".join(parts) + "\n"


def refuse_empty(facts: CardFacts) -> None:
    """Raise ValueError where a needed field says nothing."""
    for field in fields(facts):
        value = getattr(facts, field.name)
        blank = isinstance(value, str) and not value.strip()
        none = field.name in ("figures", "limits", "capacity", "smallest_group") and not value
        learned = facts.kind == "model" and (
            (field.name == "students" and not facts.students)
            or (field.name == "dictionary" and not facts.dictionary.entries)
        )
        if blank or none or learned:
            raise ValueError(f"a model card needs '{field.name}', which is empty")


def render_header(facts: CardFacts) -> str:
    """The YAML header in the form of Hugging Face model cards (JSON values are YAML)."""
    named: dict[str, object] = {
        "language": "en",
        "library_name": "lightgbm" if facts.kind == "model" else "ontrack",
        "pipeline_tag": "tabular-classification",
        "tags": ["early-warning", "tabular", "education"],
        "model-index": [model_index(facts)],
        "name": facts.name,
        "kind": facts.kind,
        "district": facts.district,
        "grade_band": facts.grade_band,
        "feature_set": facts.feature_set,
        "verdict": facts.verdict,
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in named.items()]
    return "\n".join(["---", *lines, "---"])


def render_parts(parts: Sequence[ServedPart]) -> str:
    """The section on what serves in which part of the year, to follow a card; empty where one scorer serves all year.

    It is written with the bundle, as only there the parts are known.
    """
    if not parts:
        return ""
    says = describe_parts(parts)
    head = ("Part of the year", "School weeks", "Serves", "Verdict on the model", "Judged in school weeks")
    rows = [
        (
            part.name.replace("_", " "),
            f"{part.from_week} to {part.through_week}",
            scorer_words(part),
            part.verdict.replace("_", " "),
            ", ".join(str(one.week) for one in part.weeks) or "none",
        )
        for part in parts
    ]
    opening = f"\n## What serves when\n\n{says[:1].upper()}{says[1:]}."
    return f"{opening}\n\n{markdown_table(head, rows)}\n\n{OUTSIDE}\n"


def model_index(facts: CardFacts) -> dict[str, object]:
    """The figures of the card's own scorer, the first line, as catalogues of models list them."""
    own = facts.figures[0]
    at = f"at {facts.capacity:.0%}"
    found = {"roc_auc": own.auc, f"precision {at}": own.precision, f"recall {at}": own.recall}
    metrics = [
        {"type": name.partition(" ")[0], "name": name, "value": round(value, 4)}
        for name, value in found.items()
        if not isnan(value)
    ]
    dataset = {"name": f"records of {facts.district}, {facts.tested_on}", "type": "private"}
    return {
        "name": facts.name,
        "results": [{"task": {"type": "tabular-classification"}, "dataset": dataset, "metrics": metrics}],
    }


def describe_scorer(facts: CardFacts) -> str:
    """One paragraph: the scorer, the outcome, the students."""
    scorer = "LightGBM trees with a calibrator" if facts.kind == "model" else "the published rule, with past shares"
    return (
        f"For {facts.district}, grades {facts.grade_band}: {scorer}. "
        f"It gives each student a risk from 0 to 1 of this outcome: {facts.outcome}"
    )


def describe_data(facts: CardFacts) -> str:
    """What it learned from and was judged on."""
    return (
        f"Learned from {facts.students:,} students ({facts.trained_on}); judged on {facts.tested_on}. "
        "This bundle holds no student's row: its examples are made up."
    )


def render_features(dictionary: FeatureDictionary) -> str:
    """A table of the features, and whether protected attributes are among them."""
    protected = [entry.name for entry in dictionary.entries if entry.protected]
    said = (
        f"Protected attributes **are** features here, as the district's settings asked: {', '.join(protected)}. "
        "They are never given as a reason."
        if protected
        else "No protected attribute is a feature."
    )
    rows = [feature_row(entry) for entry in dictionary.entries]
    return said if not rows else f"{said}\n\n{markdown_table(('Feature', 'Says', 'Direction', 'Domain'), rows)}"


def feature_row(entry: Entry) -> tuple[str, ...]:
    """One feature as cells of a table."""
    return (f"`{entry.name}`", entry.because or "as in the table", DIRECTIONS[entry.more_is], entry.domain or "none")


def render_figures(facts: CardFacts) -> str:
    """The scorer beside the baselines at the district's capacity."""
    head = ("Scorer", "Precision", "Recall", "AUC", "Interval")
    rows = [
        (one.scorer, f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.auc:.3f}", one.interval or "not computed")
        for one in facts.figures
    ]
    return f"Where {facts.capacity:.0%} of the students can be reached:\n\n{markdown_table(head, rows)}"


def render_subgroups(facts: CardFacts) -> str:
    """How it did for each group; small cells are named but not shown."""
    if not facts.subgroups:
        return "No groups are recorded for these students: whether it serves some worse could not be checked."
    rows = [
        (attribute, value, *group_cells(cell))
        for attribute, values in facts.subgroups.items()
        for value, cell in values.items()
    ]
    said = (
        f"A group with fewer than {facts.smallest_group} students off track, or on track, is told together with others "
        f"or not shown; a figure over fewer than {facts.smallest_group} students is not computed."
    )
    return f"{said}\n\n{markdown_table(('Attribute', 'Group', 'Students', *GROUP_FIGURES.values()), rows)}"


def card_subgroups(audit: "ListAudit") -> Subgroups:
    """The figures of a card by attribute and group, as the audit tells them."""
    return {
        one.of: {**{group.name: card_cell(group) for group in one.groups}, **dict.fromkeys(one.untold, SUPPRESSED)}
        for one in audit.tables
        if not one.crossed
    }


def subgroups_json(audit: "ListAudit", values: Mapping[str, Sequence[str]] | None = None) -> Subgroups:
    """The published figures of each group as the JSON of a run has them: rates and the mean risk, by attribute.

    `values` has every value of each attribute in its order: one that is told together with others is suppressed.
    """
    found: dict[str, Mapping[str, CardCell]] = {}
    for of, cells in card_subgroups(audit).items():
        alone = dict.fromkeys((values or {}).get(of, ()), SUPPRESSED)
        found[of] = {**alone, **{name: subgroup_json(cell) for name, cell in cells.items()}}
    return found


def subgroup_json(cell: CardCell) -> CardCell:
    """One group's figures; the mean risk follows from the share off track and the calibration gap."""
    if cell.get("suppressed"):
        return cell
    share, gap = cell["share_off_track"], cell["calibration_gap"]
    risk = None if share is None or gap is None else share - gap
    return {"n": cell["n"], "share_off_track": share, "mean_risk": risk, **{name: cell[name] for name in RATES}}


def card_cell(group: "GroupFigures") -> CardCell:
    """One group's figures."""
    return {"n": group.n, **{name: one.estimate if one else None for name, one in group.figures.items()}}


def group_cells(cell: CardCell) -> tuple[str, ...]:
    """The figures of one group as cells of a table."""
    if cell.get("suppressed"):
        return ("not shown",) * (1 + len(GROUP_FIGURES))
    figures = [cell.get(name) for name in GROUP_FIGURES]
    shown = ["too few" if figure is None else f"{figure:.3f}" for figure in figures]
    return (f"{cell['n']:,}", *shown)


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def markdown_list(sentences: Sequence[str]) -> str:
    """A Markdown list."""
    return "\n".join(f"- {sentence}" for sentence in sentences)
