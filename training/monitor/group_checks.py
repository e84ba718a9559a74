"""Group checks: precision, missed students, lead time, and support in time, by group."""

import numpy as np

from features.settings import Monitor
from models.fairness.audit import ListAudit
from models.metrics.bound_verdict import bound_verdict
from models.metrics.intervals import Interval
from presentation.numbers import school_year
from training.audit.checks import AuditCheck, is_beyond_chance
from training.audit.group_names import people
from training.monitor.checks import (
    MonitorCheck,
    Verdict,
    answer,
    first_words,
    in_words,
    monitored,
    share_between,
    share_of,
    too_few,
)
from training.monitor.finished_year import FinishedYear
from training.monitor.live_audit import LiveAudit
from training.reference_profile import Promise

NOTHING = ("not_enough_evidence", "not_applicable")


def of_code(live: LiveAudit, code: str) -> AuditCheck:
    """A check of the live audit."""
    return next(one for one in live.checks if one.code == code)


def hits_by_group_check(told: FinishedYear, live: LiveAudit, bounds: Monitor) -> MonitorCheck:
    """MON06: whether flags were as often right in every group, of everyone ever listed in the school year."""
    found = of_code(live, "EWS102")
    if found.verdict in NOTHING:
        return too_few("MON06", f"{school_year(told.school_year)}: {found.says}")
    first = int(told.supported_first.sum())
    hits = share_between(float((told.off_track & told.listed).sum()), first, float(told.listed.sum()))
    year = school_year(told.school_year)
    says = f"Of 100 students ever listed in {year}, {in_words(hits)} ended off track.{first_words(first)} {found.says}"
    return answer("MON06", failed(found), says, figure=hits, threshold=bounds.group_gap_bound)


def failed(found: AuditCheck) -> Verdict:
    """A breach where a check of the audit fails; a difference that is not shown to be beyond the bound is none."""
    return "breach" if found.verdict == "fail" else "not_enough_evidence" if found.verdict in NOTHING else "ok"


def missed_check(told: FinishedYear, live: LiveAudit, promise: Promise, bounds: Monitor, least: int) -> MonitorCheck:
    """MON07: of those off track, how many were never listed: in all beside the promise, and group by group."""
    off_track = int(told.off_track.sum())
    if off_track < least:
        return too_few("MON07", f"Fewer than {least} students ended off track in {school_year(told.school_year)}.")
    missed = missed_share(told)
    threshold = None if promise.found is None else min(1.0, 1 - promise.found + bounds.missed_margin)
    promised = "" if promise.found is None else f"; {expected_words(promise.found, bounds.missed_margin)}"
    found = of_code(live, "EWS101")
    says = (
        f"Of 100 students who ended off track in {school_year(told.school_year)}, {in_words(missed)} were never listed"
        f"{promised}.{first_words(int(told.supported_first.sum()))} {found.says}"
    )
    in_all: Verdict = "ok" if threshold is None else monitored(missed, below=threshold)
    return answer("MON07", worse_of(in_all, failed(found)), says, figure=missed, threshold=threshold)


def missed_share(told: FinishedYear) -> Interval:
    """Of those off track, the share never listed: from all of those supported first counted as off track, to none."""
    off_track, first = int(told.off_track.sum()), int(told.supported_first.sum())
    missed = float((told.off_track & ~told.listed).sum())
    found = share_of(missed, off_track)
    return Interval(found.estimate, share_of(missed, off_track + first).low, found.high)


def worse_of(*verdicts: Verdict) -> Verdict:
    """A breach where one is; ok where all are."""
    return next(one for one in ("breach", "not_enough_evidence", "ok") if one in verdicts)


def expected_words(found: float, margin: float) -> str:
    """How many of 100 off track were to be missed, and how many more are allowed."""
    return f"{100 - found * 100:.0f} were to be expected, and {margin * 100:.0f} more are allowed"


def lead_check(told: FinishedYear, live: LiveAudit, bounds: Monitor) -> MonitorCheck:
    """MON08: the weeks from first flag to the end of those found, and groups that were listed later."""
    found = of_code(live, "EWS106")
    if found.verdict in NOTHING:
        return too_few("MON08", f"{school_year(told.school_year)}: {found.says}")
    weeks = float(np.nanmean(told.lead_weeks))
    late = later_groups(live.audit, bounds.lead_gap_weeks)
    year = school_year(told.school_year)
    says = f"Students who were found in {year} were first listed {weeks:.0f} weeks before the end. {found.says}"
    return answer("MON08", "breach" if late else "ok", says, figure=weeks, threshold=bounds.lead_gap_weeks)


def later_groups(audit: ListAudit, weeks: float) -> list[str]:
    """The groups that were first listed later than the largest by more than that many weeks, beyond chance."""
    found = [
        (table.of, group.name, group.against["lead_weeks"])
        for table in audit.tables
        for group in table.groups
        if not table.crossed and "lead_weeks" in group.against
    ]
    return [
        people(of, name)
        for of, name, one in found
        if is_beyond_chance(one) and bound_verdict(one.difference, above=-weeks) == "fail"
    ]


def acted_check(
    acted: tuple[int, Interval, int] | None, recorded: bool, live: LiveAudit | None, bounds: Monitor
) -> MonitorCheck:
    """MON10: how many first flags were acted on in time, and whether in every group.

    `acted` has the school year, the share and how many first flags are old enough; `recorded` says whether any contact
    or plan is on record.
    """
    if acted is None:
        return too_few("MON10", f"Too few flags are {bounds.acted_days} days old.")
    if not recorded:
        return too_few("MON10", "No contact or plan is on record after any flag: none was made, or none is recorded.")
    year, share, n = acted
    named = live.acted.named if live else ()
    groups = f" In {school_year(live.school_year)} it was otherwise for {', '.join(named)}." if live and named else ""
    says = (
        f"Of 100 first flags of {school_year(year)}, {in_words(share)} were followed by a contact or a plan within "
        f"{bounds.acted_days} days ({n:,} flags); at least {bounds.acted_share * 100:.0f} should be.{groups}"
    )
    verdict = "breach" if named else monitored(share, above=bounds.acted_share)
    return answer("MON10", verdict, says, figure=share, threshold=bounds.acted_share)
