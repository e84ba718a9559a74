"""The page for a school board in plain sentences: what the list is for, how often it is right, whom it misses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from models.bundle.model_card import INTENDED
from models.fairness.audit import GroupTable, ListAudit
from models.fairness.group_metrics import GroupFigures
from presentation.charts.marks import Chart
from presentation.numbers import capitalized, long_date, of_100, people_interval, school_year
from presentation.report import Prose, Report, ReportSection, prose_section, render
from training.audit.checks import AuditCheck, chance_words
from training.audit.group_names import people
from training.district_card import checks_of, kind_that_serves, limits_of
from training.report.group_charts import differences, gap_chart
from training.report.sections import TEMPLATES, refused_uses
from training.report.verdict import VerdictView, beside_words, counts, headline, name_of, verdict_sentence
from training.report.year_parts import parts_section, serves_when
from training.training_result import TrainingResult

NAMED = ("warn", "fail")


@dataclass(frozen=True)
class BoardGroupsView:
    """Whose list it is, recall by attribute in sentences, the chart, and the figures behind it as sentences."""

    says: str
    sentences: tuple[str, ...]
    chart: Chart
    figures: tuple[str, ...]


def render_board(result: TrainingResult, *, made_on: date, parts: Sequence[TrainingResult] = ()) -> str:
    """The page as one HTML document that fetches and runs nothing; it holds no student and no small group.

    `parts` are the results of every part of the year, where there are several; `result` is then the main one.
    """
    outcome, _, _ = result.request.outcome.says.partition(":")
    district, year = result.request.district.name, school_year(result.basis.split.test)
    report = Report(
        title=f"For the board: {outcome}, {district}, {year}",
        heading=f"For the board: {outcome}",
        about=f"{district} · school year {year} · made on {long_date(made_on)}",
        opening=[first_section(result, serves_when(parts))],
        sections=(*filter(None, [parts_section(parts)]), *sections_of(result)),
    )
    return render(report, TEMPLATES)


def sections_of(result: TrainingResult) -> Iterator[ReportSection]:
    """What follows the verdict: all of it is about the list by what serves."""
    kind = kind_that_serves(result)
    audit = listed_by_what_serves(result)
    if audit:
        if result.figures:
            yield right_section(result)
        yield groups_section(audit, result)
        yield named_section(checks_of(result, kind))
    yield prose_section("What is not known", points=limits_of(result, kind))
    yield prose_section("What it is for, and what it is not for", INTENDED, points=refused_uses())


def listed_by_what_serves(result: TrainingResult) -> ListAudit | None:
    """The audit of the list by what serves; None where nothing could be judged."""
    return result.audit_of(kind_that_serves(result))


def first_section(result: TrainingResult, serves_when: str = "") -> ReportSection:
    """What serves (and in which part of the year) and why, and what it is about."""
    outcome = result.request.outcome
    about = f"It is about {outcome.cohort.words}: {outcome.says}."
    of_part = f"In {result.part.words}:" if serves_when else ""
    first = " ".join(filter(None, (serves_when, of_part, verdict_sentence(result))))
    view = VerdictView(first, result.gate.verdict == "pass", small_print=(about,))
    return ReportSection("", "report/verdict.html", view)


def right_section(result: TrainingResult) -> ReportSection:
    """How often the list is right, of whom that is, and how many students it misses."""
    lines = [headline(result), counts(result), missed_sentence(result)]
    return prose_section("How often is it right, and whom does it miss?", points=lines)


def missed_sentence(result: TrainingResult) -> str:
    """How many of 100 off track were not listed, by what serves and by what it is compared with."""
    at, figures, beside = result.request.settings.gate.capacity, result.figures, result.beside
    own = of_100(1 - figures[result.serves].recall_at[at])
    other = f"; by {beside_words(result)}, {of_100(1 - figures[beside].recall_at[at])}" if beside in figures else ""
    where = f"in {school_year(result.basis.split.test)}, {own} were not on such a list by {name_of(result.serves)}"
    return f"Of 100 students who ended off track {where}{other}."


def groups_section(audit: ListAudit, result: TrainingResult) -> ReportSection:
    """Recall by group, in sentences and as a chart."""
    title = "Is it as good for every group?"
    alone = [one for one in audit.tables if not one.crossed and one.of not in ("school", "school level", "grade")]
    lines = tuple(line for one in alone if (line := found_sentence(one)))
    if not lines:
        return prose_section(title, "No group is large enough to be compared.")
    rows = differences(alone, "recall")
    figures = tuple(f"{row.name}: {people_interval(row.interval)}" for row in rows)
    says = f"This is about the list by {name_of(result.serves)}, which serves."
    return ReportSection(title, "report/board_groups.html", BoardGroupsView(says, lines, gap_chart(rows), figures))


def found_sentence(table: GroupTable) -> str:
    """An attribute's widest difference in recall; empty where nothing can be compared."""
    compared = [group for group in table.groups if "recall" in group.against]
    if not compared:
        return ""
    widest = max(compared, key=lambda group: abs(group.against["recall"].difference.estimate))
    own, other = widest.figures["recall"], table.group(table.reference).figures["recall"]
    if own is None or other is None:
        return ""
    words = people(table.of, widest.name), reference_words(table, widest)
    return (
        f"Of 100 {words[0]} who later fell off track, {of_100(own.estimate)} were on the list; of 100 {words[1]}, "
        f"{of_100(other.estimate)}. {chance_words(widest.against['recall'])}"
    )


def reference_words(table: GroupTable, group: GroupFigures) -> str:
    """The reference group beside a group: others, where there are only the two."""
    return "others" if {group.name, table.reference} == {"yes", "no"} else people(table.of, table.reference)


def named_section(checks: Sequence[AuditCheck]) -> ReportSection:
    """What the audit names, and what it could not judge."""
    named = tuple(f"{capitalized(check.title)}? {check.says}" for check in checks if check.verdict in NAMED)
    unjudged = [check.title for check in checks if check.verdict == "not_enough_evidence"]
    nothing = () if named else ("Nothing that chance would not explain. That is no proof that there is nothing.",)
    rest = f"Not enough students to say: {', '.join(unjudged)}." if unjudged else ""
    return ReportSection("What should the board look at?", "prose.html", Prose(nothing, named, small_print=rest))
