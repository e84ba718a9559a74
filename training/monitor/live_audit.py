"""The live audit: the training audit's figures by group, computed on the lists that were really made.

Groups that are too small are folded together before anything is computed (`models.fairness.suppression`), once for
every figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from features.settings import Settings
from models.examples import Booleans, Examples, Floats
from models.fairness.audit import ListAudit, add_pairs, audit_listing, holm_adjusted
from models.fairness.group_metrics import AuditSettings
from models.fairness.rates import RATES
from models.fairness.significance import fisher_p_value
from models.fairness.suppression import Grouping, suppress_groups, suppress_pairs
from models.feature_dictionary import FeatureDictionary
from models.metrics.count_tables import Listing
from models.metrics.intervals import Interval
from training.audit.checks import BY_LISTS, AuditCheck, DisparityBounds, list_checks
from training.audit.group_names import people
from training.audit.run import APART, groups_of
from training.monitor.checks import share_of
from training.monitor.finished_year import FinishedYear, acted_within

LIVE = ("share_off_track", *RATES, "lead_weeks")
"""What can be told of live lists: only the risks of those listed are kept, so order and calibration cannot."""
TELLABLE = ("EWS101", "EWS102", "EWS103", "EWS106", "EWS107")
Shares = Mapping[str, Mapping[str, Interval | None]]
"""By attribute and group, a share; None over too few."""


@dataclass(frozen=True)
class SupportInTime:
    """The share of first flags that were acted on in time by attribute and group, and the groups that stand out."""

    shares: Shares
    named: tuple[str, ...]


@dataclass(frozen=True)
class LiveAudit:
    """The audit of a school year's lists by group; `unsaid` counts students whose outcome is not known."""

    school_year: int
    unsaid: int
    audit: ListAudit
    acted: SupportInTime
    checks: tuple[AuditCheck, ...]


def live_audit_of(told: FinishedYear, groups: pd.DataFrame, levels: Mapping[str, str], settings: Settings) -> LiveAudit:
    """The audit of a school year's lists.

    `groups` are students' protected attributes on a date (index `student_key`), `levels` each school's level.
    """
    least, bounds = settings.audit.smallest_group, settings.monitor
    examples = examples_of(told, groups, levels)
    share = max(float(told.listed.mean()), 1 / max(1, len(told)))
    main = Listing(told.off_track, told.listed.astype(np.float64), (~told.listed).astype(np.int64), (share,), None)
    acted = told.listed & acted_within(told.students, bounds.acted_days)
    draws = AuditSettings(share, least, settings.gate.replicates, settings.training.seed, LIVE)
    alone = suppress_groups(main, groups_of(examples), least)
    pairs = suppress_pairs(
        main, alone, capacity=share, center=settings.audit.crossed_with, least=least, apart=APART, also=[acted]
    )
    found = add_pairs(
        audit_listing(main, alone, draws, told.lead_weeks), audit_listing(main, pairs, draws, told.lead_weeks)
    )
    asked = list_checks(found, DisparityBounds(bounds.group_gap_bound, bounds.calibration_bound))
    checks = tuple(in_past_tense(one) for one in asked if one.code in TELLABLE)
    return LiveAudit(
        told.school_year, told.unsaid, found, support_by_group(alone, told.listed, acted, settings), checks
    )


def in_past_tense(check: AuditCheck) -> AuditCheck:
    """An audit check with its sentence in the past tense: the lists were made, not drawn afterwards."""
    return replace(check, says=check.says.replace("would have been listed", "were listed"))


def examples_of(told: FinishedYear, groups: pd.DataFrame, levels: Mapping[str, str]) -> Examples:
    """The students of the year as the training audit sees them, without features: what it groups them by."""
    keys = told.students["student_key"].astype("str")
    school = told.students["school_id"].astype("str")
    grade = told.students["grade_level"].astype("int64").astype("str")
    level = school.map(lambda name: levels.get(name, "not on record"))
    return Examples(
        dictionary=FeatureDictionary(()),
        features=pd.DataFrame(index=range(len(told))),
        label=told.off_track,
        student=keys.to_numpy(dtype=np.str_),
        time=np.full(len(told), told.school_year, dtype=np.int64),
        groups=groups.reindex(keys).reset_index(drop=True),
        school=school.to_numpy(dtype=np.str_),
        parts=pd.DataFrame({"grade": grade, "school level": level}),
    )


def support_by_group(alone: Sequence[Grouping], listed: Booleans, acted: Booleans, settings: Settings) -> SupportInTime:
    """Of those listed, the share acted on in time, group by group, beside the largest group."""
    least = settings.audit.smallest_group
    counted = [(one, *acted_counts(one, listed, acted)) for one in alone if one.names]
    shares = {
        one.of: {
            name: share_of(p, w) if w >= least else None for name, p, w in zip(one.names, part, whole, strict=True)
        }
        for one, part, whole in counted
    }
    gaps = [gap for one, part, whole in counted for gap in acted_gaps(one, part, whole, least)]
    chances = holm_adjusted(np.array([chance for _, _, chance in gaps]))
    apart = zip(gaps, chances, strict=True)
    bound = settings.monitor.group_gap_bound
    return SupportInTime(
        shares, tuple(who for (who, gap, _), chance in apart if chance < BY_LISTS and abs(gap) > bound)
    )


def acted_counts(one: Grouping, listed: Booleans, acted: Booleans) -> tuple[Floats, Floats]:
    """Per group: how many of those listed were acted on, and how many were listed."""
    counted = [np.bincount(one.group[rows], minlength=len(one.names)).astype(np.float64) for rows in (acted, listed)]
    return counted[0], counted[1]


def acted_gaps(one: Grouping, part: Floats, whole: Floats, least: int) -> list[tuple[str, float, float]]:
    """Each group beside the one with most listed: who, by how much more are acted on, how likely by chance alone."""
    alone = np.array([at not in one.together for at in range(len(one.names))])
    reference = int(np.argmax(np.where(alone, whole, -1.0)))
    enough = whole >= least
    return [
        (
            people(one.of, name),
            float(part[at] / whole[at] - part[reference] / whole[reference]),
            fisher_p_value(part[[at, reference]], whole[[at, reference]], 1.0),
        )
        for at, name in enumerate(one.names)
        if at != reference and enough[at] and enough[reference]
    ]
