"""The content of Models: what serves each outcome and why, what waits, and how well it did, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import cast

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from features.definitions.served_outcomes import served_outcomes
from features.errors import Refused
from features.language.feature_set import Outcome
from features.settings import Settings
from models.bundle.bundle import Bundle, open_bundle
from models.bundle.manifest import folder_name
from models.bundle.signing import load_public_key
from models.bundle.year_parts import ServedPart
from models.releases import Release, ReleaseKey, release_log, serving_history
from models.trained_bundles import latest_trained
from presentation.numbers import of_100
from serving.pages.live_view import LiveView, live_summary, live_view
from serving.pages.visit import Visit
from serving.scoring.bands import Band
from serving.store.night_rows import NightRow
from serving.store.run_queries import current_runs
from serving.store.total_rows import ReleaseProposalRow
from serving.support.answer_totals import AnswerTotals, Counted, answer_totals, count_answers
from serving.wording.locale import Language, msgid
from serving.wording.outcomes import told_apart
from serving.wording.signals import BANDS

SCORERS = {
    "model": msgid("Model"),
    "rule": msgid("Published rule"),
    "logistic": msgid("Simple regression"),
    "school_only": msgid("School alone"),
    "champion": msgid("What served before"),
}
VERDICTS = {
    "pass": msgid("Passed"),
    "fail": msgid("Did not pass"),
    "not_enough_evidence": msgid("Not enough evidence"),
    "no_model": msgid("No model was tried"),
}
PARTS = {
    "first_weeks": msgid("First weeks"),
    "autumn": msgid("Autumn"),
    "spring": msgid("Spring"),
    "year": msgid("All year"),
}
ORDER_ONLY, WITH_NUMBERS = msgid("Order only"), msgid("Order and numbers")
WITH_RANGES = msgid("Order and ranges")
EARLIER_LIST = msgid("On a list no longer kept")
LEFT_SHOWN = 6


@dataclass(frozen=True)
class PartLine:
    """A part of the school year: its weeks, what serves and what is told in it, and the verdict on the model there."""

    name: str
    weeks: str
    serves: str
    tells: str
    verdict: str


@dataclass(frozen=True)
class FigureLine:
    """How one scorer did on the test year: of 100 listed those who ended off track, and of 100 such those listed."""

    scorer: str
    precision: str
    recall: str
    calibration: str


@dataclass(frozen=True)
class Challenger:
    """What training left to be promoted."""

    digest: str
    kind: str
    verdict: str


@dataclass(frozen=True)
class ReleaseLine:
    """A line of the release log."""

    release_id: str
    action: str
    by: str
    on: date
    reason: str


@dataclass(frozen=True)
class AnswerLine:
    """Of how many students with such signals people gave each answer; a dash for too few."""

    band: str
    counts: tuple[str, ...]


@dataclass(frozen=True)
class OutcomePart:
    """One outcome: what serves it, in which parts of the year, its figures, what waits, and its log."""

    outcome: str
    about: str
    serves: str
    release_id: str
    since: date | None
    verdict: str
    parts: tuple[PartLine, ...]
    figures: tuple[FigureLine, ...]
    challenger: Challenger | None
    log: tuple[ReleaseLine, ...]
    can_roll_back: bool
    proposals: tuple[ReleaseProposalRow, ...]
    answers: tuple[AnswerLine, ...]
    least: int
    live: LiveView | None


def outcome_parts(session: Session, visit: Visit) -> tuple[OutcomePart, ...]:
    """Every outcome that the district serves."""
    district_id = visit.educator.district_id
    served = served_outcomes(visit.context.settings, district_id)
    said = count_answers(session, district_id, current_runs(session, district_id), visit.today)
    parts = [outcome_part(session, visit, one.outcome, one.settings, said) for one in served]
    about = told_apart(visit.language, {part.outcome: part.about for part in parts})
    return tuple(replace(part, about=about[part.outcome]) for part in parts)


def outcome_part(
    session: Session, visit: Visit, outcome: Outcome, settings: Settings, said: Sequence[Counted]
) -> OutcomePart:
    """One outcome of the district, with what people said of its lists."""
    least, capacity = settings.audit.smallest_group, settings.gate.capacity
    district_id, language, home = visit.educator.district_id, visit.language, visit.context.settings.home
    key = ReleaseKey(district_id, outcome.name, outcome.grade_band)
    release = visit.context.releases.current(district_id, outcome.name)
    bundle, log = (release.bundle if release else None), release_log(home, key)
    waiting = challenger_of(language, home, key)
    looked = live_summary(visit, outcome.name)
    new = waiting is not None and (bundle is None or waiting.digest != bundle.digest)
    return OutcomePart(
        outcome=outcome.name,
        about=language.translate(outcome.about) or outcome.name,
        serves=language.translate(SCORERS[bundle.kind]) if bundle else "",
        release_id=release.release_id if release else "",
        since=log[-1].at.date() if log else None,
        verdict=verdict_words(language, bundle) if bundle else "",
        parts=tuple(part_line(language, one, last=one is bundle.parts[-1]) for one in bundle.parts) if bundle else (),
        figures=tuple(figure_lines(language, bundle, capacity)) if bundle else (),
        challenger=waiting if new else None,
        log=tuple(release_line(language, one) for one in reversed(log[-LEFT_SHOWN:])),
        can_roll_back=len(serving_history(log)) > 1,
        proposals=open_proposals(session, district_id, outcome.name),
        answers=tuple(answer_line(language, one) for one in answer_totals(said, outcome.name, least)),
        least=least,
        live=live_view(language, looked) if looked else None,
    )


def answer_line(language: Language, totals: AnswerTotals) -> AnswerLine:
    """What people said of students of a band in words."""
    band = BANDS.get(cast(Band, totals.band), EARLIER_LIST)
    counts = ("–" if count is None else language.amount(count) for count in totals.counts)
    return AnswerLine(language.translate(band), tuple(counts))


def challenger_of(language: Language, home: Path, key: ReleaseKey) -> Challenger | None:
    """What training left last; None where nothing did, or where it does not open."""
    path = latest_trained(home, key)
    if path is None:
        return None
    try:
        bundle = open_bundle(path, load_public_key(home / "keys"))
    except Refused:
        return None
    return Challenger(bundle.digest, language.translate(SCORERS[bundle.kind]), verdict_words(language, bundle))


def verdict_words(language: Language, bundle: Bundle) -> str:
    """The gate's verdict on the district's model, as signed into a bundle; empty where nothing was judged."""
    return language.translate(VERDICTS.get(str((bundle.gate or {}).get("verdict")), ""))


def open_weeks(language: Language, since: int) -> str:
    """The school weeks from one on, to the end of the year."""
    return language.translate("From {week} on", week=since) if since else language.translate("All")


def part_line(language: Language, part: ServedPart, *, last: bool = False) -> PartLine:
    """A part of the year in words; the last one has no last week."""
    return PartLine(
        name=language.translate(PARTS.get(part.name, "")) or part.name,
        weeks=open_weeks(language, part.from_week) if last else f"{max(1, part.from_week)}–{part.through_week}",
        serves=language.translate(SCORERS[part.serves]),
        tells=language.translate(WITH_NUMBERS if part.numbers else WITH_RANGES if part.ranges else ORDER_ONLY),
        verdict=language.translate(VERDICTS[part.verdict]),
    )


@dataclass(frozen=True)
class ScorerFigures:
    """What a bundle has of a scorer's test year; rates by capacity."""

    precision_at: dict[str, float]
    recall_at: dict[str, float]
    calibration_error: float


def figure_lines(language: Language, bundle: Bundle, capacity: float) -> Sequence[FigureLine]:
    """The figures of the test year at the capacity; none where nothing was tested, or at another capacity."""
    recorded = bundle.metrics.get("metrics")
    known = {name: one for name, one in recorded.items() if name in SCORERS} if isinstance(recorded, dict) else {}
    found = TypeAdapter(dict[str, ScorerFigures]).validate_python(known)
    at = f"{capacity:.2f}"
    return [
        FigureLine(
            language.translate(SCORERS[name]),
            of_100(found[name].precision_at[at]),
            of_100(found[name].recall_at[at]),
            of_100(found[name].calibration_error),
        )
        for name in SCORERS
        if name in found and at in found[name].precision_at
    ]


ACTIONS = {"promoted": msgid("Promoted"), "rolled_back": msgid("Rolled back")}


def release_line(language: Language, one: Release) -> ReleaseLine:
    """A line of the release log in words."""
    return ReleaseLine(one.release_id, language.translate(ACTIONS[one.action]), one.by, one.at.date(), one.reason)


def open_proposals(session: Session, district_id: str, outcome: str) -> tuple[ReleaseProposalRow, ...]:
    """The proposals of an outcome on which nobody decided yet."""
    found = select(ReleaseProposalRow).where(
        ReleaseProposalRow.district_id == district_id,
        ReleaseProposalRow.outcome == outcome,
        ReleaseProposalRow.decision == "",
    )
    return tuple(session.scalars(found.order_by(ReleaseProposalRow.proposed_at)))


def last_monitoring(session: Session, district_id: str) -> tuple[datetime, str] | None:
    """When monitoring last ran in a night, and the codes it found in breach (or its verdict); None before."""
    nights = select(NightRow).where(NightRow.district_id == district_id, NightRow.ended_at.is_not(None))
    for night in session.scalars(nights.order_by(NightRow.night.desc()).limit(10)):
        for step in night.steps:
            if step.get("step") == "monitor" and night.ended_at is not None:
                return night.ended_at, str(step.get("says", ""))
    return None


def bundle_path(home: Path, digest: str) -> Path:
    """Where a bundle is."""
    return home / "bundles" / folder_name(digest)
