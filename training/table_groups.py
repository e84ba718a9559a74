"""The audit of a run on a prepared table: its groups as figures, on the console and in the report."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from models.examples import Floats
from models.fairness import Attribute, mean_table, subgroup_table
from training.judge import CrossJudged
from training.report_html import Html, paragraph, section, table
from training.table_figures import CAPACITY

GROUP_COLUMNS = ("n", "share_off_track", "mean_risk", "selection_rate", "recall", "false_positive_rate")
HEAD = (
    "Group", "Rows", "Ended off track", "Mean risk", "Listed", "Found: listed, of those off track",
    "Listed, of those on track",
)  # fmt: skip


def audited(judged: CrossJudged, smallest: int) -> dict[str, Attribute]:
    """The subgroup table of the model's list, the mean over the seeds."""
    return mean_table([of_seed(judged, risks["model"], smallest) for risks in judged.risks])


def of_seed(judged: CrossJudged, risk: Floats, smallest: int) -> dict[str, Attribute]:
    """The subgroup table of one seed's risks."""
    examples = judged.examples
    return subgroup_table(examples.label, risk, examples.groups, capacity=CAPACITY, smallest_group=smallest)


def group_table(name: str, attribute: Attribute) -> Table:
    """One attribute's groups for the console; a small one is named but not shown."""
    shown = Table(name, *(column.replace("_", " ") for column in GROUP_COLUMNS), title=f"By {name}")
    for row in group_rows(attribute):
        shown.add_row(*row)
    return shown


def group_rows(attribute: Attribute) -> Sequence[tuple[str, ...]]:
    """Each group and its figures in words."""
    return [
        (value, *("too few" if "suppressed" in cell else spoken(cell[column]) for column in GROUP_COLUMNS))
        for value, cell in attribute.items()
    ]


def spoken(figure: float | int | None) -> str:
    """A figure for a person: a count with thousands, a rate with three decimals."""
    if figure is None:
        return "not enough"
    return f"{figure:,}" if isinstance(figure, int) else f"{figure:.3f}"


def groups_section(subgroups: Mapping[str, Attribute], smallest: int) -> Html:
    """Every attribute with its groups in the report."""
    title = "Is it as good for every group?"
    if not subgroups:
        return section(title, paragraph("The spec names no groups: whether it serves some worse is not known."))
    says = f"At {CAPACITY * 100:.0f} of 100 listed. Not shown: a group of fewer than {smallest}, or what would tell it."
    tables = [table(f"By {name}", HEAD, group_rows(attribute)) for name, attribute in subgroups.items()]
    return section(title, paragraph(says), *tables)
