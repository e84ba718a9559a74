"""The page for a school board in plain sentences: what the list is for, how often it is right, whom it misses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from models.bundle.model_card import INTENDED
from models.fairness.audit import GroupTable
from models.fairness.group_metrics import GroupFigures
from presentation.charts.marks import Chart
from presentation.numbers import capitalized, long_date, of_100, people_interval, school_year
from presentation.report import Prose, Report, ReportSection, prose_section, render
from training.audit.checks import chance_words
from training.audit.group_names import people
from training.audit.run import AuditResult
from training.district_card import limits_of
from training.evaluation.scorers import words_of
from training.report.group_charts import differences, gap_chart
from training.report.sections import TEMPLATES, refused_uses
from training.report.verdict import VerdictView, headline, verdict_sentence
from training.training_result import TrainingResult

NAMED = ("warn", "fail")


@dataclass(frozen=True)
class BoardGroupsView:
    """Recall by attribute in sentences, the chart, and the figures behind it as sentences."""

    sentences: tuple[str, ...]
    chart: Chart
    figures: tuple[str, ...]


def render_board(result: TrainingResult, *, made_on: date) -> str:
    """The page as one HTML document that fetches and runs nothing; it holds no student and no small group."""
    outcome, _, _ = result.request.outcome.says.partition(":")
    district, year = result.request.district.name, school_year(result.basis.split.test)
    report = Report(
        title=f"For the board: {outcome}, {district}, {year}",
        heading=f"For the board: {outcome}",
        about=f"{district} · school year {year} · made on {long_date(made_on)}",
        opening=[first_section(result)],
        sections=tuple(sections_of(result)),
    )
    return render(report, TEMPLATES)


def sections_of(result: TrainingResult) -> Iterator[ReportSection]:
    """What follows the verdict."""
    if result.audited:
        yield right_section(result, result.audited)
        yield groups_section(result.audited)
        yield named_section(result.audited)
    yield prose_section("What is not known", points=limits_of(result, "model" if result.figures else "rule"))
    yield prose_section("What it is for, and what it is not for", INTENDED, points=refused_uses())


def first_section(result: TrainingResult) -> ReportSection:
    """What serves and why, and what it is about."""
    outcome = result.request.outcome
    about = f"It is about {outcome.cohort.words}: {outcome.says}."
    view = VerdictView(verdict_sentence(result), result.gate.verdict == "pass", small_print=(about,))
    return ReportSection("", "report/verdict.html", view)


def right_section(result: TrainingResult, audited: AuditResult) -> ReportSection:
    """How often the list is right, how long it is, and how many students it misses."""
    share = audited.model.listed / audited.model.n
    lines = [
        headline(result),
        f"The list holds {of_100(share)} of 100 students, as many as counselors can reach.",
        missed_sentence(result),
    ]
    return prose_section("How often is it right, and whom does it miss?", points=lines)


def missed_sentence(result: TrainingResult) -> str:
    """How many of 100 off track were not listed, by the model and by the rule that would serve."""
    at, figures, serving = result.request.settings.gate.capacity, result.figures, result.serving_rule
    own = of_100(1 - figures["model"].recall_at[at])
    beside = f"; by {words_of(serving)}, {of_100(1 - figures[serving].recall_at[at])}" if serving in figures else ""
    return f"Of 100 students who ended off track, {own} were not on the list{beside}."


def groups_section(audited: AuditResult) -> ReportSection:
    """Recall by group, in sentences and as a chart."""
    title = "Is it as good for every group?"
    alone = [
        one for one in audited.model.tables if not one.crossed and one.of not in ("school", "school level", "grade")
    ]
    lines = tuple(line for one in alone if (line := found_sentence(one)))
    if not lines:
        return prose_section(title, "No group is large enough to be compared.")
    rows = differences(alone, "recall")
    figures = tuple(f"{row.name}: {people_interval(row.interval)}" for row in rows)
    return ReportSection(title, "report/board_groups.html", BoardGroupsView(lines, gap_chart(rows), figures))


def found_sentence(table: GroupTable) -> str:
    """An attribute's widest difference in recall; empty where nothing can be compared."""
    compared = [group for group in table.groups if "recall" in group.against]
    if not compared:
        return ""
    widest = min(compared, key=lambda group: group.against["recall"].difference.estimate)
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


def named_section(audited: AuditResult) -> ReportSection:
    """What the audit names, and what it could not judge."""
    named = tuple(f"{capitalized(check.title)}? {check.says}" for check in audited.checks if check.verdict in NAMED)
    unjudged = [check.title for check in audited.checks if check.verdict == "not_enough_evidence"]
    nothing = () if named else ("Nothing that chance would not explain. That is no proof that there is nothing.",)
    rest = f"Not enough students to say: {', '.join(unjudged)}." if unjudged else ""
    return ReportSection("What should the board look at?", "prose.html", Prose(nothing, named, small_print=rest))
