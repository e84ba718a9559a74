"""The checks of an audit: each has a code and one sentence; the chance of a false finding is controlled over all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from models.fairness.audit import GroupTable, ListAudit
from models.fairness.group_metrics import GroupComparison, GroupFigures
from models.metrics.bound_verdict import bound_verdict, excludes_zero
from training.audit.group_bounds import judge_groups
from training.audit.group_names import people, title_of
from training.audit.record_bias import AttendanceCoverage, IncidentRatio, MissingRecords

Verdict = Literal["pass", "warn", "fail", "not_applicable", "not_enough_evidence"]
VERDICT_WORDS: Mapping[Verdict, str] = {
    "pass": "pass",
    "warn": "look",
    "fail": "fail",
    "not_applicable": "does not apply",
    "not_enough_evidence": "not enough evidence",
}
Found = TypeVar("Found")
Compared = tuple[GroupTable, GroupFigures, GroupComparison]
"""A group of a table, compared with the table's reference."""
FALSE_FINDINGS = 0.05
"""Of 100 audits where groups do not differ, how many may name a difference: by lists, and by records, together."""
BY_LISTS, BY_RECORDS = 0.6 * FALSE_FINDINGS, 0.2 * FALSE_FINDINGS
"""The corrected chance below which a comparison is named: of lists, and of incidents and missing values each."""
LACKING = 0.05
"""Share of values by which a group may lack more than the reference group."""


@dataclass(frozen=True)
class AuditCheck:
    """One question of an audit, and the answer in a sentence."""

    code: str
    title: str
    verdict: Verdict
    says: str


@dataclass(frozen=True)
class DisparityBounds:
    """By how much groups may differ before a difference beyond chance fails: shares, and for ROC AUC its points."""

    recall: float
    calibration: float


@dataclass(frozen=True)
class Question:
    """A figure that groups are compared by: its check, its bound, and the sentence about a group and the reference."""

    code: str
    title: str
    measure: str
    words: str
    percent: bool = True


QUESTIONS = (
    Question(
        "EWS101", "found alike", "recall",
        "Of 100 {own} who ended off track, {a} would have been listed; of 100 {other}, {b}.",
    ),
    Question(
        "EWS102", "flags as often right", "false_discovery_rate",
        "Of 100 {own} listed, {a} stayed on track; of 100 {other}, {b}.",
    ),
    Question(
        "EWS103", "on track and left alone", "false_positive_rate",
        "Of 100 {own} who stayed on track, {a} would have been listed; of 100 {other}, {b}.",
    ),
    Question(
        "EWS104", "risks mean the same", "calibration_gap",
        "Of 100 {own}, {a} ended off track than the risks said; of 100 {other}, {b}.",
    ),
    Question(
        "EWS105", "told apart alike", "roc_auc",
        "Of two {own}, one of whom ended off track, the risks pick that one {a} times of 100; of two {other}, {b}.",
    ),
    Question(
        "EWS106", "as early", "lead_weeks",
        "{Own} who were found were first listed {a} weeks before the end; {other}, {b} weeks.",
        percent=False,
    ),
)  # fmt: skip
CODES: Mapping[str, str] = {
    "EWS101": "Students who end off track are listed as often in every group.",
    "EWS102": "Flags are wrong as often in every group.",
    "EWS103": "Students who stay on track are listed as often in every group.",
    "EWS104": "Risks mean the same in every group.",
    "EWS105": "Risks tell students apart as well within every group.",
    "EWS106": "Students are found as early in every group.",
    "EWS107": "Students who end off track are listed as often where two groups meet.",
    "EWS201": "As many incidents are on record for students who are alike in everything else.",
    "EWS202": "Every school takes attendance, and enters it in time.",
    "EWS203": "No group lacks more of the records behind its risks.",
}
"""Every code and what passes."""


def list_checks(audit: ListAudit, bounds: DisparityBounds) -> tuple[AuditCheck, ...]:
    """The checks of a list: each attribute's groups by six figures, and pairs of groups by who is found."""
    alone = [table for table in audit.tables if not table.crossed]
    pairs = [table for table in audit.tables if table.crossed]
    asked = [answer_question(question, alone, limit(question, bounds)) for question in QUESTIONS]
    found = Question("EWS107", "pairs of groups found alike", "recall", QUESTIONS[0].words)
    return (*asked, answer_question(found, pairs, bounds.recall))


def limit(question: Question, bounds: DisparityBounds) -> float | None:
    """The bound beyond which a difference fails; None where a difference is only reported."""
    if question.measure in ("recall", "false_discovery_rate"):
        return bounds.recall
    return bounds.calibration if question.measure == "calibration_gap" else None


def answer_question(question: Question, tables: Sequence[GroupTable], bound: float | None) -> AuditCheck:
    """The check of one question over all tables; its sentence is about the widest difference beyond chance."""
    found = [
        (table, group, group.against[question.measure])
        for table in tables
        for group in table.groups
        if question.measure in group.against
    ]
    if not found:
        none: Verdict = "not_enough_evidence" if tables else "not_applicable"
        return AuditCheck(question.code, question.title, none, unjudged(tables))
    named = sorted((one for one in found if is_beyond_chance(one[2])), key=lambda one: one[2].corrected)
    if not named:
        return answer_without_difference(question, found, bound)
    beyond = bound is not None and any(is_beyond(one, bound) for _, _, one in named)
    says = " ".join(sentence(question, *one) for one in named[:3])
    more = f" {len(named) - 3} more differ." if len(named) > 3 else ""
    return AuditCheck(question.code, question.title, "fail" if beyond else "warn", says + more)


def is_beyond_chance(one: GroupComparison) -> bool:
    """Whether a difference is more than chance gives over all comparisons of an audit, its interval included."""
    return one.corrected < BY_LISTS and excludes_zero(one.difference)


def is_beyond(one: GroupComparison, bound: float) -> bool:
    """Whether a difference is shown to be beyond a bound."""
    return bound_verdict(one.difference, above=-bound, below=bound) == "fail"


def chance_words(one: GroupComparison) -> str:
    """Whether chance may explain a difference, in a sentence that agrees with its interval."""
    if is_beyond_chance(one):
        return "Chance alone does not explain this."
    if excludes_zero(one.difference):
        return "Seen by itself, chance hardly explains this; where so many groups are compared, it may."
    return "This may be chance."


def answer_without_difference(question: Question, found: Sequence[Compared], bound: float | None) -> AuditCheck:
    """The check where no difference is beyond chance: a pass where groups are shown to be within the bound."""
    says = f"{comparisons(len(found))}; none shows a difference beyond chance."
    if bound is None:
        return AuditCheck(question.code, question.title, "pass", says)
    judged = judge_groups({people(table.of, group.name): one.difference for table, group, one in found}, bound)
    verdict: Verdict = "pass" if judged.verdict == "pass" else "not_enough_evidence"
    return AuditCheck(question.code, question.title, verdict, f"{says} Allowed is {bound * 100:.0f}. {judged.says}")


def unjudged(tables: Sequence[GroupTable]) -> str:
    """Why nothing could be compared."""
    if not tables:
        return "No such groups are on record, or none can be told without telling of a small one."
    return "No two groups have enough students to be compared."


def comparisons(n: int) -> str:
    """How many comparisons stand behind an answer."""
    return f"{n} comparison{'s' if n != 1 else ''} with the largest group"


def sentence(question: Question, table: GroupTable, group: GroupFigures, one: GroupComparison) -> str:
    """A difference in words, with the interval of the difference."""
    own, other = people(table.of, group.name), people(table.of, table.reference)
    mine, theirs = (figure_of(each, question) for each in (group, table.group(table.reference)))
    says = question.words.format(own=own, Own=capital(own), other=other, a=mine, b=theirs)
    scale, unit = (100, " of 100") if question.percent else (1, " weeks")
    low, high = one.difference.low * scale, one.difference.high * scale
    return f"{says} (Difference {low:+.0f} to {high:+.0f}{unit}.)"


def figure_of(group: GroupFigures, question: Question) -> str:
    """A group's figure as people say it."""
    found = group.figures[question.measure]
    value = float("nan") if found is None else found.estimate * (100 if question.percent else 1)
    if question.measure == "calibration_gap":
        return f"{abs(value):.0f} {'more' if value >= 0 else 'fewer'}"
    return f"{value:.0f}"


def capital(words: str) -> str:
    """The words with a capital first letter."""
    return words[:1].upper() + words[1:]


def record_checks(
    incidents: Sequence[IncidentRatio], lacking: Sequence[MissingRecords], schools: Sequence[AttendanceCoverage]
) -> tuple[AuditCheck, ...]:
    """The checks of the records themselves."""
    return (
        answer_record_question(
            "EWS201", "recorded alike", incidents, lambda one: one.corrected < BY_RECORDS, incidents_words
        ),
        answer_record_question("EWS202", "attendance taken", schools, lambda one: one.named, school_words),
        answer_record_question("EWS203", "as much on record", lacking, lacks_more, lacking_words),
    )


def answer_record_question(
    code: str, title: str, found: Sequence[Found], named: Callable[[Found], bool], words: Callable[[Found], str]
) -> AuditCheck:
    """One check: what is named, in words."""
    if not found:
        return AuditCheck(code, title, "not_enough_evidence", "Too little is on record to be compared.")
    those = [one for one in found if named(one)]
    if not those:
        return AuditCheck(code, title, "pass", f"{len(found)} compared; none stands out beyond chance.")
    return AuditCheck(code, title, "warn", " ".join(map(words, those[:3])))


def lacks_more(one: MissingRecords) -> bool:
    """Whether a group lacks more than chance and the bound allow."""
    return one.corrected < BY_RECORDS and one.share - one.beside > LACKING


def incidents_words(one: IncidentRatio) -> str:
    """A group's incidents in a sentence: what is on record, not what was done."""
    return (
        f"For {people(one.of, one.group)}, {one.ratio.estimate:.1f} times as many incidents are on record as for "
        f"{people(one.of, one.reference)} who are alike in attendance, grades and how they ended "
        f"({one.ratio.low:.1f} to {one.ratio.high:.1f}); records cannot say whether more happened or more was written."
    )


def lacking_words(one: MissingRecords) -> str:
    """What a group lacks, in a sentence."""
    return (
        f"Of 100 {one.domain} values, {one.share * 100:.0f} are missing for {people(one.of, one.group)}; for the "
        f"largest group by {title_of(one.of)}, {one.beside * 100:.0f}."
    )


def school_called(school: str) -> str:
    """A school by its name, or by its number where it has none."""
    return f"School {school}" if school.isdigit() else school


def school_words(one: AttendanceCoverage) -> str:
    """A school's attendance in a sentence."""
    return (
        f"{school_called(one.school)} took no attendance on {one.not_taken * 100:.0f} of 100 school days, and entered "
        f"{one.late * 100:.0f} of 100 absences more than two days late."
    )
