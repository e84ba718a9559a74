"""The card of a district's model or rule, from its result."""

from collections.abc import Mapping, Sequence

from features.definitions.catalog import feature_set_of
from models.bundle.manifest import Kind
from models.bundle.model_card import (
    CardFacts,
    ScorerFigures,
    Subgroups,
    card_subgroups,
    markdown_table,
    render_card,
)
from models.explanations.reason_stability import ReasonStability
from models.explanations.reasons import Side
from models.feature_dictionary import dictionary_of
from models.pool.learned_from import LearnedFrom
from presentation.numbers import school_year
from training.audit.checks import AuditCheck, DisparityBounds
from training.evaluation.scorers import in_order, words_of
from training.gate.bounds import loosened_bounds
from training.gate.verdict import VERDICT_WORDS
from training.rule_levels import HEAD, level_rows
from training.training_request import Basis
from training.training_result import TrainingResult

UNSAID: Mapping[Side, str] = {"raises": "as what stands out", "lowers": "as strengths"}
NO_TEST_YEAR = "no school year: none is on record yet that could judge it"
NAMED = ("warn", "fail")
"""Verdicts of an audit's checks that a card tells."""


def card_of(result: TrainingResult, kind: Kind) -> str:
    """The card in Markdown. Where nothing could be judged, the figures say so."""
    request, basis = result.request, result.basis
    feature_set = feature_set_of(request.outcome)
    scorer = result.serving_rule if kind == "rule" else kind
    own = result.figures.get(scorer)
    return render_card(
        CardFacts(
            name=request.outcome.name,
            kind=kind,
            outcome=request.outcome.says,
            district=request.district.name,
            grade_band=request.outcome.grade_band,
            feature_set=feature_set.name,
            trained_on=learned_from(basis),
            tested_on=tested_on(basis),
            students=basis.trained,
            dictionary=dictionary_of(feature_set, without=basis.left_out),
            figures=figure_lines(result, scorer),
            capacity=request.settings.gate.capacity,
            calibration_gap=own.calibration_error if own else float("nan"),
            calibration=calibration_of(result, kind),
            subgroups=subgroups_of(result, kind),
            smallest_group=request.settings.audit.smallest_group,
            limits=[
                *pooled_limits(basis),
                *growth_limits(result, kind),
                *limits_of(result, kind),
                *left_out_of(result),
                *named_by_audit(result, kind),
            ],
            verdict=VERDICT_WORDS[result.gate.verdict],
        )
    )


def learned_from(basis: Basis) -> str:
    """The years that shares or a model are of."""
    years = ", ".join(map(str, basis.split.train))
    if basis.pooled:
        return f"{lent_in_words(basis.pooled)} (pool {basis.pooled.pool})"
    return f"school years ending {years}" if years else "no school year: of none the outcome is known yet"


def lent_in_words(pooled: LearnedFrom) -> str:
    """Whose records of which school years a model of several districts learned from."""
    years = {name: sorted(set().union(*tables.values())) for name, tables in pooled.districts.items()}
    return "; ".join(f"{name}: school years ending {', '.join(map(str, found))}" for name, found in years.items())


def pooled_limits(basis: Basis) -> list[str]:
    """Why a model of several districts serves here or does not, and what it cannot see; nothing of a district's own."""
    if basis.pooled is None:
        return []
    lacking = [f"{name} ({len(found)})" for name, found in basis.pooled.features_missing.items() if found]
    unseen = [f"Features that rows of other districts lack: {', '.join(lacking)}."] if lacking else []
    return [
        "It learned from records that the districts named above lend; where one takes them back, the rule serves until "
        "the pool is fitted again.",
        *([basis.why_pooled] if basis.why_pooled else []),
        *unseen,
    ]


def growth_limits(result: TrainingResult, kind: Kind) -> list[str]:
    """That several processes grew the model's trees, and what follows; nothing of one, or of a rule."""
    if kind != "model" or result.workers == 1:
        return []
    return [
        f"Its trees were grown by {result.workers} processes together. They are others than one process grows of the "
        "same records, and were judged as they are."
    ]


def tested_on(basis: Basis) -> str:
    """The year on which the run was judged."""
    year = basis.split.test
    return f"the school year ending {year}, which no training label was seen from" if year else NO_TEST_YEAR


def kind_that_serves(result: TrainingResult) -> Kind:
    """Whether a model serves or a rule."""
    return "model" if result.serves == "model" else "rule"


def subgroups_of(result: TrainingResult, kind: Kind) -> Subgroups:
    """The figures of the card's own list by group; of a rule, those of the one that serves."""
    audit = result.audit_of(kind)
    return card_subgroups(audit) if audit else {}


def disparity_bounds_of(result: TrainingResult) -> DisparityBounds:
    """By how much groups may differ, as the gate is told."""
    gate = result.request.settings.gate
    return DisparityBounds(gate.recall_gap_bound, gate.calibration_bound)


def checks_of(result: TrainingResult, kind: Kind) -> tuple[AuditCheck, ...]:
    """The audit's checks of the model's list, or of the list by the rule that serves in its place."""
    if result.audited is None:
        return result.rule_audited.checks if result.rule_audited and kind == "rule" else ()
    return result.audited.checks if kind == "model" else result.audited.checks_of_rule(disparity_bounds_of(result))


def named_by_audit(result: TrainingResult, kind: Kind) -> list[str]:
    """What the audit names of the card's own list, by code."""
    checks = checks_of(result, kind)
    return [f"{check.code}: {check.says}" for check in checks if check.verdict in NAMED]


def calibration_of(result: TrainingResult, kind: Kind) -> str:
    """How risks were brought to mean what they say; of a rule, with the table of its shares."""
    if kind != "rule":
        return (
            "A strictly rising curve (beta calibration) fitted on students that the trees had not seen. Beside it each "
            "school has an offset for each part of the year, from how its students of earlier years ended, which leans "
            "to the district where they are few: it moves risks, and never the order of a list or a reason."
        )
    says = "The share of past students with as many signals who ended off track, never falling with the count."
    least = result.request.settings.audit.smallest_group
    tables = [markdown_table(HEAD, list(level_rows(rule, least))) for rule in result.serving_rules.values()]
    return "\n\n".join([says, *tables])


def figure_lines(result: TrainingResult, own: str) -> Sequence[ScorerFigures]:
    """One line a scorer, the card's own first; a line of its own where nothing could be judged."""
    names = sorted(in_order(result.figures), key=lambda name: name != own)
    capacity = result.request.settings.gate.capacity
    lines = [
        ScorerFigures(
            scorer=words_of(name),
            precision=figures.precision_at[capacity],
            recall=figures.recall_at[capacity],
            auc=figures.roc_auc,
            interval=precision_interval(result, name),
        )
        for name, figures in ((name, result.figures[name]) for name in names)
    ]
    nothing = ScorerFigures("nothing could be judged", float("nan"), float("nan"), float("nan"))
    return lines or [nothing]


def precision_interval(result: TrainingResult, name: str) -> str:
    """The interval around a scorer's precision."""
    found = result.headline[name]
    return f"precision {found.low:.2f} to {found.high:.2f} (95 %)"


def limits_of(result: TrainingResult, kind: Kind) -> list[str]:
    """What a reader must know before believing the figures."""
    missing = sum(result.basis.unlabelled.values())
    years = result.compared.years if result.compared else (result.basis.split.test,)
    loose = loosened_bounds(result.request.settings.gate)
    judged = f"Judged on no more than {', '.join(map(school_year, years))}; the next school year may differ."
    sentences = [
        judged if years != (0,) else "Judged on no school year yet: nothing says how its lists would turn out here.",
        f"{missing} students without a known outcome (moved elsewhere, or too little on record) were left out.",
        f"It is about {result.request.outcome.cohort.words}, and about nobody else.",
        support_counted(result),
    ]
    if result.compared and result.compared.power:
        sentences.append(result.compared.power.says)
    if loose:
        sentences.append(f"The district has loosened what its gate asks: {'; '.join(loose)}.")
    level = result.level_of("model" if kind == "model" else "rule")
    if level and level.verdict != "pass":
        instead = ", and a range in its place" if kind == "rule" and result.told_ranges else ""
        sentences.append(f"In {result.part.words} no number is told{instead}. {level.says}")
    if kind == "rule":
        sentences += [check.says for check in result.rule_bands.values() if check.verdict != "pass"]
    if kind == "model" and result.stability:
        sentences.append(reasons_that_hold(result.stability))
    if kind == "model" and result.gate.verdict != "pass":
        sentences.insert(0, f"This model has not earned its place: {words_of(result.serves)} serves instead.")
    return sentences


def support_counted(result: TrainingResult) -> str:
    """How the figures count support: as part of how students ended, or without it where it followed a list."""
    support = result.compared.support if result.compared else None
    if support is None:
        return "Supports that students received are part of how they ended: the figures are of the school as it was."
    return (
        f"Lists were served in the judged years, and {support.supported:,} students were supported after being listed. "
        f"The {support.first:,} of them who ended on track count as they are estimated to have ended without; GATE02 "
        "has the bounds."
    )


def reasons_that_hold(stability: ReasonStability) -> str:
    """How the model's reasons hold, and which concepts it never gives as one, in a sentence or two."""
    if stability.holds is None:
        return "It gives no reasons: none was seen to hold when the model was fitted again on other draws of students."
    says = (
        f"Of 100 reasons it gives, {stability.holds * 100:.0f} hold when the model is fitted again on other draws of "
        f"the same students ({stability.refits} refits, asked about {stability.rows:,} students of the test year)."
    )
    unsteady = [one for one in stability.held if one.sign is not None and not one.is_said]
    named = {side: ", ".join(one.concept.replace("_", " ") for one in unsteady if one.side == side) for side in UNSAID}
    never = "; ".join(f"{UNSAID[side]}: {names}" for side, names in named.items() if names)
    return f"{says} Never given, for these did not hold ({never})." if never else says


def left_out_of(result: TrainingResult) -> list[str]:
    """The features for which the district sends no data, in a sentence; nothing where there are none."""
    named = ", ".join(f"{name} (no {lacks})" for name, lacks in result.basis.left_out.items())
    return [f"Features left out for want of data: {named}."] if named else []
