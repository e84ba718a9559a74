"""The page for a school board: what the list is for, how often it is right, whom it misses, in plain sentences."""

from datetime import date

from models.bundle.model_card import INTENDED, REFUSED_USES
from models.fairness.audit import GroupTable
from models.fairness.group_metrics import GroupFigures
from presentation.numbers import capitalized, long_date, of_100, school_year
from training.audit.checks import BY_LISTS
from training.audit.group_names import people
from training.audit.run import AuditResult
from training.district_card import limits_of
from training.evaluation.scorers import words_of
from training.report.audit_charts import gap_chart
from training.report.html import Html, bullets, element, page, paragraph, section
from training.report.verdict import headline, verdict_sentence
from training.training_result import TrainingResult

NAMED = ("warn", "fail")


def render_board(result: TrainingResult, *, made_on: date) -> str:
    """The page as one HTML document that fetches and runs nothing; it holds no student and no small group."""
    outcome, _, _ = result.request.outcome.says.partition(":")
    district, year = result.request.district.name, school_year(result.basis.split.test)
    about = f"{district} · school year {year} · made on {long_date(made_on)}"
    header = element("header", element("h1", f"For the board: {outcome}"), paragraph(about, class_="soft"))
    audited = result.audited
    found = (right_part(result, audited), groups_part(audited), named_part(audited)) if audited else ()
    footer = element("footer", "Made by OnTrack from totals only: no student’s record is on this page.")
    parts = (first_part(result), *found, unknown_part(result), uses_part())
    return page(f"For the board: {outcome}, {district}, {year}", header, *parts, footer)


def first_part(result: TrainingResult) -> Html:
    """What serves and why, and what it is about."""
    outcome = result.request.outcome
    words = [
        paragraph(verdict_sentence(result), class_="first"),
        paragraph(f"It is about {outcome.cohort.words}: {outcome.says}.", class_="soft"),
    ]
    kind = "verdict" if result.gate.verdict == "pass" else "verdict unproven"
    return element("section", *words, class_=kind)


def right_part(result: TrainingResult, audited: AuditResult) -> Html:
    """How often a place on the list is right, and how many it misses."""
    audit = audited.model
    share = audit.listed / audit.n
    lines = [
        headline(result),
        f"The list holds {of_100(share)} of 100 students, as many as counselors can reach.",
        missed(result),
    ]
    return section("How often is it right, and whom does it miss?", bullets(lines))


def missed(result: TrainingResult) -> str:
    """Those who ended off track and were not listed, by the model and by the rule that would serve."""
    at, figures, serving = result.request.settings.gate.capacity, result.figures, result.serving_rule
    own = of_100(1 - figures["model"].recall_at[at])
    beside = f"; by {words_of(serving)}, {of_100(1 - figures[serving].recall_at[at])}" if serving in figures else ""
    return f"Of 100 students who ended off track, {own} were not on the list{beside}."


def groups_part(audited: AuditResult) -> Html:
    """Who is found, group by group, in sentences and as a picture."""
    alone = [
        one for one in audited.model.tables if not one.crossed and one.of not in ("school", "school level", "grade")
    ]
    lines = [line for one in alone if (line := found_sentence(one))]
    if not lines:
        return section("Is it as good for every group?", paragraph("No group is large enough to be compared."))
    chart = gap_chart(alone, "recall", "Students found, group by group, beside the largest group of each kind")
    caption = (
        "Of 100 students who ended off track, how many more or fewer were on the list than in the largest group; the "
        "line is what chance leaves open."
    )
    drawn = element("figure", chart, element("figcaption", caption))
    return section("Is it as good for every group?", bullets(lines), drawn)


def found_sentence(table: GroupTable) -> str:
    """An attribute's widest difference in who is found; empty where nothing can be compared."""
    compared = [group for group in table.groups if "recall" in group.against]
    if not compared:
        return ""
    widest = min(compared, key=lambda group: group.against["recall"].difference.estimate)
    own, other = widest.figures["recall"], table.group(table.reference).figures["recall"]
    if own is None or other is None:
        return ""
    words = people(table.of, widest.name), others(table, widest)
    chance = widest.against["recall"].corrected >= BY_LISTS
    return (
        f"Of 100 {words[0]} who later fell off track, {of_100(own.estimate)} were on the list; of 100 {words[1]}, "
        f"{of_100(other.estimate)}. {'This may be chance.' if chance else 'Chance alone does not explain this.'}"
    )


def others(table: GroupTable, group: GroupFigures) -> str:
    """The reference group beside a group: others, where there are only the two."""
    return "others" if {group.name, table.reference} == {"yes", "no"} else people(table.of, table.reference)


def named_part(audited: AuditResult) -> Html:
    """What the audit names, and what it could not judge."""
    named = [f"{capitalized(check.title)}? {check.says}" for check in audited.checks if check.verdict in NAMED]
    unjudged = [check.title for check in audited.checks if check.verdict == "not_enough_evidence"]
    nothing = "Nothing that chance would not explain. That is no proof that there is nothing."
    shown = bullets(named) if named else paragraph(nothing)
    rest = f"Not enough students to say: {', '.join(unjudged)}." if unjudged else ""
    return section("What should the board look at?", shown, *([paragraph(rest, class_="soft")] if rest else []))


def unknown_part(result: TrainingResult) -> Html:
    """What the figures cannot say."""
    return section("What is not known", bullets(limits_of(result, "model" if result.figures else "rule")))


def uses_part() -> Html:
    """What it is for and what it must not be used for."""
    refused = bullets([use.replace("**", "") for use in REFUSED_USES])
    return section("What it is for, and what it is not for", paragraph(INTENDED), refused)
