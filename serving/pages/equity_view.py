"""The content of Equity: an audit's published figures in words, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from models.bundle.bundle import Bundle
from models.release_checks import RecordedCheck
from presentation.charts.line_chart import LineSeries, rate_chart
from presentation.charts.marks import Chart
from presentation.numbers import of_100, school_year
from serving.wording.groups import attribute_words, group_words, people_words, row_words
from serving.wording.locale import Language, msgid
from serving.wording.open_questions import OpenQuestion, question_words

KINDS = ("model", "rule", "logistic", "school_only", "champion")
"""The lines of a chart that the stylesheet tells apart."""
BEYOND_CHANCE = 0.05
MISSED, WRONG, LISTED = "recall", "false_discovery_rate", "selection_rate"


@dataclass(frozen=True)
class Worst:
    """A way in which a list can be worse for a group: the figure behind it, and its words where it is sure and not.

    Where the figure is `turned`, less of it is worse.
    """

    figure: str
    sure: str
    unsure: str
    turned: bool = False

    def share(self, estimate: float) -> float:
        """The share that is told, larger where the list is worse."""
        return 1 - estimate if self.turned else estimate


WORST = (
    Worst(
        MISSED,
        msgid("Missed most often: {group}, {count} of 100 who ended off track. That is more than chance."),
        msgid(
            "Missed: no group stands out clearly. The highest figure is {count} of 100 who ended off track, for "
            "{group}. It may be chance."
        ),
        turned=True,
    ),
    Worst(
        WRONG,
        msgid("Listed and fine most often: {group}, {count} of 100 listed. That is more than chance."),
        msgid(
            "Listed and fine: no group stands out clearly. The highest figure is {count} of 100 listed, for {group}. "
            "It may be chance."
        ),
    ),
)
"""The two ways in which a list can be worse for a group."""


@dataclass(frozen=True)
class Figure:
    """A share with its interval, between 0 and 1."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Against:
    """A group beside the largest one: the p-value of their difference, adjusted for all that were compared."""

    corrected: float


@dataclass(frozen=True)
class AuditGroup:
    """A group of an audit as its bundle has it."""

    name: str
    n: int
    off_track: int
    listed: int
    figures: Mapping[str, Figure | None] = field(default_factory=dict)
    curve: Mapping[str, tuple[Figure | None, ...]] = field(default_factory=dict)
    against: Mapping[str, Against] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditTable:
    """The groups of an attribute; those in `untold` are too small to be shown."""

    of: str
    crossed: bool
    groups: tuple[AuditGroup, ...]
    untold: tuple[str, ...] = ()


@dataclass(frozen=True)
class Audit:
    """The audit of the list that serves."""

    n: int
    off_track: int
    listed: int
    least: int
    capacities: tuple[float, ...]
    tables: tuple[AuditTable, ...]


@dataclass(frozen=True)
class GroupLine:
    """A group in words; `differs` where it differs from the largest one by more than chance."""

    name: str
    students: str
    listed: str
    missed: str
    wrong: str
    differs: bool


@dataclass(frozen=True)
class AttributePart:
    """An attribute: its lines, the chart over the length of the list with its table, and the groups left out."""

    title: str
    lines: tuple[GroupLine, ...]
    chart: Chart | None
    curve_head: tuple[str, ...]
    curve_rows: tuple[tuple[str, ...], ...]
    untold: str


@dataclass(frozen=True)
class EquityView:
    """The page's content."""

    year: str
    students: str
    least: int
    worst: tuple[str, ...]
    parts: tuple[AttributePart, ...]
    undecided: tuple[OpenQuestion, ...]
    digest: str


def audit_of(bundle: Bundle) -> Audit | None:
    """The audit of the bundle's own list; None where nothing could be audited."""
    recorded = bundle.metrics.get("audit")
    if not isinstance(recorded, dict):
        return None
    others = recorded.get("others") or {}
    own = recorded.get("model") if bundle.kind == "model" else others.get("rule")
    return None if own is None else TypeAdapter(Audit).validate_python(own)


def checks_left_open(bundle: Bundle) -> tuple[RecordedCheck, ...]:
    """The checks of the audit that could not be decided."""
    recorded = bundle.metrics.get("audit")
    found = recorded.get("checks") if isinstance(recorded, dict) else None
    checks = TypeAdapter(list[RecordedCheck]).validate_python(found or [])
    return tuple(one for one in checks if one.verdict == "not_enough_evidence")


def equity_view(bundle: Bundle, language: Language, schools: Mapping[str, str]) -> EquityView | None:
    """The page of a bundle; None where it was never audited."""
    audit = audit_of(bundle)
    if audit is None:
        return None
    alone = [one for one in audit.tables if not one.crossed]
    year = bundle.metrics.get("test_year")
    return EquityView(
        year=school_year(year) if isinstance(year, int) and year else "",
        students=language.amount(audit.n),
        least=audit.least,
        worst=tuple(filter(None, (worst_words(language, alone, one) for one in WORST))),
        parts=tuple(attribute_part(language, one, audit.capacities, schools) for one in alone if is_shown(one)),
        undecided=tuple(question_words(language, one.code, one.says) for one in checks_left_open(bundle)),
        digest=bundle.digest,
    )


def is_shown(table: AuditTable) -> bool:
    """Whether a table has groups to be compared, or one that stands beside others too small to be shown."""
    return len(table.groups) > 1 or bool(table.groups and table.untold)


def worst_words(language: Language, tables: Sequence[AuditTable], question: Worst) -> str:
    """For which groups the list is worst, all that tie, by those that are so beyond chance if there are any.

    Else that none stands out, and where the highest figure is; empty for no figure.
    """
    told = [
        (is_beyond_chance(table, group, question), question.share(figure.estimate), table.of, group.name)
        for table in tables
        for group in table.groups
        if table.of != "school" and (figure := group.figures.get(question.figure)) is not None
    ]
    if not told:
        return ""
    sure, share = max(one[:2] for one in told)
    count = round(share * 100)
    tied = [
        people_words(language, of, name)
        for is_sure, own, of, name in told
        if (is_sure, round(own * 100)) == (sure, count)
    ]
    return language.translate(question.sure if sure else question.unsure, group=language.series(tied), count=count)


def is_beyond_chance(table: AuditTable, group: AuditGroup, question: Worst) -> bool:
    """Whether a group is worse off than the largest one of its table by more than chance."""
    beside, figure = group.against.get(question.figure), group.figures.get(question.figure)
    largest = max(table.groups, key=lambda one: one.n).figures.get(question.figure)
    if beside is None or figure is None or largest is None or beside.corrected >= BEYOND_CHANCE:
        return False
    return question.share(figure.estimate) > question.share(largest.estimate)


def attribute_part(
    language: Language, table: AuditTable, capacities: Sequence[float], schools: Mapping[str, str]
) -> AttributePart:
    """An attribute in words."""
    names = [row_words(language, table.of, schools.get(one.name, one.name)) for one in table.groups]
    short = [group_words(language, schools.get(one.name, one.name)) for one in table.groups]
    rows = [
        (name, *(missed_words(one) for one in group.curve.get(MISSED, ())))
        for name, group in zip(names, table.groups, strict=True)
    ]
    return AttributePart(
        title=attribute_words(language, table.of),
        lines=tuple(group_line(language, name, one) for name, one in zip(names, table.groups, strict=True)),
        chart=curve_chart(language, table, short, capacities),
        curve_head=tuple(of_100(one) for one in capacities),
        curve_rows=tuple(rows),
        untold=language.series([group_words(language, one) for one in table.untold]),
    )


def group_line(language: Language, name: str, group: AuditGroup) -> GroupLine:
    """A group's figures: listed of 100, missed of 100 off track, and listed though fine of 100 listed."""
    differs = any(one.corrected < BEYOND_CHANCE for key, one in group.against.items() if key in {MISSED, WRONG})
    figures = group.figures
    return GroupLine(
        name=name,
        students=language.amount(group.n),
        listed=figure_words(figures.get(LISTED)),
        missed=figure_words(turned(figures.get(MISSED))),
        wrong=figure_words(figures.get(WRONG)),
        differs=differs,
    )


def turned(figure: Figure | None) -> Figure | None:
    """The share of those of whom it does not hold."""
    return None if figure is None else Figure(1 - figure.estimate, 1 - figure.high, 1 - figure.low)


def figure_words(figure: Figure | None) -> str:
    """A share of 100 with its interval; a dash over too few students."""
    return "–" if figure is None else f"{of_100(figure.estimate)} ({of_100(figure.low)}–{of_100(figure.high)})"


def missed_words(figure: Figure | None) -> str:
    """The share missed at one length of the list."""
    return "–" if figure is None else of_100(1 - figure.estimate)


def curve_chart(
    language: Language, table: AuditTable, names: Sequence[str], capacities: Sequence[float]
) -> Chart | None:
    """Who is missed over the length of the list, one line a group; None where too few lengths can be told."""
    series = []
    for kind, name, group in zip(KINDS, names, table.groups, strict=False):
        told = [(at, 1 - one.estimate) for at, one in zip(capacities, group.curve.get(MISSED, ()), strict=False) if one]
        if len(told) == len(capacities) and len(told) > 1:
            series.append(LineSeries(kind, name[:22], told))
    if len(series) < 2:
        return None
    title = language.translate("Missed, of 100 who ended off track, by how many students are listed")
    words, across = language.translate("missed, of 100"), language.translate("students listed, of 100")
    return rate_chart(series, name=f"curve-{table.of}", words=words, title=title, across=across)
