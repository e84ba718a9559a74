"""List checks: calibration, precision, turnover and follow-up of lists that were made, against what was promised."""

from datetime import date

import numpy as np
import pandas as pd

from features.ledger.ledger import Ledger
from features.settings import Monitor
from models.metrics.bootstrap import calibration_gap
from models.metrics.calibration_error import ReliabilityBin, reliability
from models.metrics.intervals import Interval
from models.metrics.track_record import RESOLVED, SUPPORTED
from presentation.numbers import school_year
from training.monitor.checks import (
    MonitorCheck,
    answer,
    first_words,
    in_words,
    many,
    monitored,
    share_between,
    share_of,
    too_few,
)
from training.monitor.finished_year import FinishedYear, acted_within, weekly_stays
from training.reference_profile import Promise

ONLY_LISTED = "Only the risks of those listed are kept, so nothing can be said of the others."
MOST_BINS = 5


def calibration_check(told: FinishedYear, bounds: Monitor, least: int, *, replicates: int, seed: int) -> MonitorCheck:
    """MON04: of those listed, the share off track beside the mean risk of their first flags.

    A risk is that without support: where the share observed is not as the risks said, the interval reaches from none to
    all of those supported first counted as off track.
    """
    rows = told.listed & ~np.isnan(told.risk)
    if rows.sum() < least:
        return too_few("MON04", f"{few(int(rows.sum()), least)} listed in {school_year(told.school_year)} have a risk.")
    label, first, risk = told.off_track[rows], told.supported_first[rows], told.risk[rows]
    keys = told.students["student_key"].to_numpy(dtype=np.str_)[rows]
    none, every = (calibration_gap(one, risk, keys, replicates=replicates, seed=seed) for one in (label, label | first))
    bound = bounds.calibration_bound
    holds = monitored(none, above=-bound, below=bound) == "ok"
    gap = none if holds else Interval(none.estimate, none.low, every.high)
    says = (
        f"Of {len(label):,} students listed in {school_year(told.school_year)}, {label.mean() * 100:.0f} of 100 ended "
        f"off track; the risks of their first flags said {risk.mean() * 100:.0f} (difference "
        f"{gap.low * 100:+.0f} to {gap.high * 100:+.0f}; allowed is {bound * 100:.0f}). {ONLY_LISTED}"
        f"{first_words(int(first.sum()))}"
    )
    return answer("MON04", monitored(gap, above=-bound, below=bound), says, figure=gap, threshold=bound)


def few(n: int, least: int) -> str:
    """How many there are, where a small number is not told."""
    return f"Fewer than {least} students" if n < least else f"{n:,} students"


def calibration_bins(told: FinishedYear, least: int) -> tuple[ReliabilityBin, ...]:
    """Bins of those listed by the risk of their first flag, each of at least so many students; none over too few."""
    rows = told.listed & ~np.isnan(told.risk)
    bins = min(MOST_BINS, int(rows.sum()) // least)
    return reliability(told.off_track[rows], told.risk[rows], bins) if bins else ()


def hits_check(
    told: FinishedYear, flags: pd.DataFrame, promise: Promise | None, bounds: Monitor, least: int
) -> MonitorCheck:
    """MON05: how often the list that is like the judged one was right, beside what its release promised."""
    year = school_year(told.school_year)
    if flags.empty:
        return too_few("MON05", f"No list of {year} was made near a date like those judged.")
    if promise is None or promise.hits is None:
        return too_few("MON05", f"What the release behind the list of {year} promised is not on record.")
    resolved = flags[flags["resolution"].isin(RESOLVED) & ~flags["at_random"]]
    label = (resolved["resolution"] == "came_true").to_numpy(dtype=np.bool_)
    if len(label) < least:
        return too_few("MON05", f"{few(len(label), least)} of that list have an end that is told.")
    first = int((resolved["resolution"] == SUPPORTED).sum())
    hits = share_between(float(label.sum()), first, len(label))
    threshold = promise.hits.estimate - bounds.hit_rate_margin
    made_on = pd.Timestamp(flags["as_of"].iloc[0])
    says = (
        f"Of 100 students listed on {made_on:%B} {made_on.day}, {made_on.year}, {in_words(hits)} ended off track "
        f"({len(label):,} students); the held-out list of {school_year(promise.test_year)} promised "
        f"{promise.hits.estimate * 100:.0f}, and {bounds.hit_rate_margin * 100:.0f} fewer are allowed."
        f"{first_words(first)}"
    )
    return answer("MON05", monitored(hits, above=threshold), says, figure=hits, threshold=threshold)


def stays_check(ledger: Ledger, promise: Promise, bounds: Monitor, least: int) -> MonitorCheck:
    """MON09: of a list, how many are on the next week's too, in the latest school year with lists a week apart."""
    years = sorted(ledger.flags["school_year"].unique(), reverse=True)
    found = [(int(year), *weekly_stays(ledger.flags[ledger.flags["school_year"] == year])) for year in years]
    year, pairs, before, both = next((one for one in found if one[1]), (0, 0, 0, 0))
    if not pairs:
        return too_few("MON09", "No two lists were made about a week apart.")
    if before < least:
        return too_few("MON09", f"{few(before, least)} were on lists that were made about a week apart.")
    stays = share_of(float(both), before)
    promised = f"; in the held-out year it was {promise.stays * 100:.0f}" if promise.stays is not None else ""
    says = (
        f"Of 100 students on a list of {school_year(year)}, {in_words(stays)} are on the next week's too "
        f"({many(pairs, 'pair')} of lists){promised}; at least {bounds.stays * 100:.0f} should be."
    )
    return answer("MON09", monitored(stays, above=bounds.stays), says, figure=stays, threshold=bounds.stays)


def acted_on(ledger: Ledger, on: date, bounds: Monitor, least: int) -> tuple[int, Interval, int] | None:
    """The latest school year with enough first flags that are old enough, the share acted on, and of how many."""
    ready = ledger.students[
        pd.to_datetime(ledger.students["first_flag"]) + pd.Timedelta(days=bounds.acted_days) <= pd.Timestamp(on)
    ]
    years = ready["school_year"].value_counts()
    enough = years.index[years >= least]
    if enough.empty:
        return None
    year = int(enough.max())
    those = ready[ready["school_year"] == year]
    acted = acted_within(those, bounds.acted_days)
    return year, share_of(float(acted.sum()), len(those)), len(those)
