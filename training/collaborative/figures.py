"""The figures that a district shares, computed in its own installation from its own records."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from features.definitions.catalog import OUTCOMES
from features.errors import NothingKnown
from features.language.feature_set import Outcome
from features.settings import District, Settings
from features.snapshots.labels import label_outcome
from features.warehouse.code_use import code_use
from features.warehouse.reader import Reader
from models.collaborative.shared_figures import (
    CODE,
    FORMAT,
    Evidence,
    GroupCounts,
    RiskBand,
    Share,
    SharedFigures,
    WaitBand,
)
from models.collaborative.suppression import fold_bands, told_share
from models.examples import Booleans
from models.fairness.suppression import suppress_groups
from models.metrics.count_tables import Listing
from training.collaborative.year_of_people import YearOfPeople, year_of_people

CHRONIC = ("chronic_absence_6_8", "chronic_absence_9", "chronic_absence_10_12")
"""By the published definition, whatever a district's own thresholds are: figures of one definition only compare."""
WAITS = (0, 7, 14, 28, 56, 112)
"""Days after a first flag at which bands of time to the first contact or plan end."""
RISKS = 10
"""Bands of risk before neighbors are folded."""


def shared_figures(
    reader: Reader, settings: Settings, district: District, outcome: Outcome, on: date, *, evidence: Evidence | None
) -> SharedFigures:
    """What a district shares of an outcome's latest finished year, as known on a day.

    Raises NothingKnown where no year is finished, or its cohort is too small for any figure.
    """
    people, least = year_of_people(reader, outcome, settings.training.as_of, on), settings.audit.smallest_group
    ended = int(people.off_track.sum())
    if min(ended, len(people) - ended) < least:
        raise NothingKnown(
            f"nothing to share of {outcome.name} on {on}: fewer than {least} students ended off track, or on track, in "
            f"school year {people.school_year}; share again after the next one"
        )
    return SharedFigures(
        format=FORMAT,
        district_id=district.id,
        outcome=outcome.name,
        definition=outcome.definition,
        school_year=people.school_year,
        made_on=on,
        least=least,
        students=len(people),
        context={name: str(value) for name, value in district.context.model_dump().items() if value},
        shares={
            **shares_of(people, least),
            **planned_share(reader, people, least),
            **chronic_share(reader, people, on, least),
            **code_shares(reader, people.school_year, least),
        },
        groups=groups_told(people, least),
        calibration=calibration_of(people, least),
        waits=waits_of(people, least),
        evidence=evidence if evidence and min(evidence.off_track, evidence.students - evidence.off_track) >= least
        else None,
    )  # fmt: skip


def shares_of(people: YearOfPeople, least: int) -> dict[str, Share]:
    """On track, movement from early signals to the end, and what the lists found and how often they were right.

    Movement is told both ways or not at all, and so are lists: with the totals one way would tell the other.
    """
    off, listed, early = people.off_track, people.listed, people.early
    found = {"on_track": share(~off, np.ones_like(off), least)}
    moved = {"moved_up": share(~off, early, least), "moved_down": share(off, ~early, least)}
    found |= whole_or_none(moved)
    return found | lists_of(people, least) if listed.any() else found


def lists_of(people: YearOfPeople, least: int) -> dict[str, Share]:
    """What the lists found, and how often they were right; nothing where any of the four cells is too small."""
    off, listed = people.off_track, people.listed
    if int((~off & ~listed).sum()) < least:
        return {}
    return whole_or_none({"found": share(listed, off, least), "right": share(off, listed, least)})


def whole_or_none(shares: dict[str, Share]) -> dict[str, Share]:
    """Two shares that are the rows of one table, or nothing where a cell of it is too small."""
    return shares if all(one.part is not None for one in shares.values()) else {}


def share(part: Booleans, of: Booleans, least: int) -> Share:
    """The share of some students who are of a part."""
    return told_share(int((part & of).sum()), int(of.sum()), least)


def planned_share(reader: Reader, people: YearOfPeople, least: int) -> dict[str, Share]:
    """Of those listed, who had a plan after the first flag and by the end; nothing without enough listed."""
    told = people.told
    if told is None or min(listed := int(told.listed.sum()), len(people) - listed) < least:
        return {}
    plans = reader.current("supports")
    plans = plans[plans["kind"] == "plan"]
    dated = told.students.assign(student_key=told.students["student_key"].astype("str")).merge(
        plans[["student_key", "date"]].assign(student_key=plans["student_key"].astype("str")), on="student_key"
    )
    when = pd.to_datetime(dated["date"])
    after = dated[(when > pd.to_datetime(dated["first_flag"])) & (when <= pd.to_datetime(dated["ended_on"]))]
    planned = people.students.isin(after["student_key"])
    return {"planned": share(np.asarray(planned, dtype=np.bool_), told.listed, least)}


def chronic_share(reader: Reader, people: YearOfPeople, on: date, least: int) -> dict[str, Share]:
    """Chronic absence of all grades in the same school year."""
    labels: list[pd.Series] = []
    for name in CHRONIC:
        try:
            labels.append(label_outcome(reader, OUTCOMES[name], people.on, observed_on=on).off_track.dropna())
        except NothingKnown:
            continue
    absent = pd.concat(labels).to_numpy(dtype=np.bool_) if labels else np.zeros(0, dtype=np.bool_)
    return {"chronic_absence": told_share(int(absent.sum()), len(absent), least)} if len(absent) >= least else {}


def code_shares(reader: Reader, school_year: int, least: int) -> dict[str, Share]:
    """The share of all students enrolled in the year who have a record with each code."""
    enrolled, used = code_use(reader, school_year)
    return {
        f"{CODE}{table}.{column}={value}": told_share(min(int(students), enrolled), enrolled, least)
        for table, column, value, students in used[["table", "column", "value", "students"]].to_numpy().tolist()
    }


def groups_told(people: YearOfPeople, least: int) -> Mapping[str, tuple[GroupCounts, ...]]:
    """Who was listed and who was missed, group by group; small groups are folded before anything is counted."""
    off, listed = people.off_track, people.listed
    if not lists_of(people, least):
        return {}
    listing = Listing(off, listed.astype(np.float64), (~listed).astype(np.int64), (float(listed.mean()),), None)
    found = suppress_groups(listing, people.groups, least)
    return {
        one.of: tuple(
            GroupCounts(
                name,
                int((one.group == at).sum()),
                int((off & (one.group == at)).sum()),
                int((listed & (one.group == at)).sum()),
                int((off & listed & (one.group == at)).sum()),
            )
            for at, name in enumerate(one.names)
        )
        for one in found
        if len(one.names) > 1
    }


def calibration_of(people: YearOfPeople, least: int) -> tuple[RiskBand, ...]:
    """Those listed in bands of the risk of their first flag.

    With the totals, the bands tell how those who are in none of them ended. So there are none where the lists are not
    told, nor where few were listed without a risk.
    """
    risk, off, known = people.risk, people.off_track, ~np.isnan(people.risk)
    without = off[people.listed & ~known]
    if not lists_of(people, least) or (len(without) and min(without.sum(), (~without).sum()) < least):
        return ()
    tenth = np.minimum((risk[known] * RISKS).astype(np.int64), RISKS - 1)
    bands = [
        RiskBand(int((tenth == at).sum()), int(off[known][tenth == at].sum()), float(risk[known][tenth == at].mean()))
        for at in np.unique(tenth)
    ]
    folded = fold_bands(bands, lambda one: min(one.off_track, one.n - one.off_track) >= least, both_bands)
    return tuple(RiskBand(one.n, one.off_track, round(one.mean_risk, 3)) for one in folded)


def both_bands(first: RiskBand, second: RiskBand) -> RiskBand:
    """Two bands of risk as one."""
    n = first.n + second.n
    return RiskBand(
        n, first.off_track + second.off_track, (first.n * first.mean_risk + second.n * second.mean_risk) / n
    )


def waits_of(people: YearOfPeople, least: int) -> tuple[WaitBand, ...]:
    """Those listed by the days from the first flag to the first contact or plan after it."""
    told = people.told
    if told is None or len(people) - int(told.listed.sum()) < least:
        return ()
    listed = told.students[told.listed]
    waited = pd.to_datetime(listed["supported_on"]) - pd.to_datetime(listed["first_flag"])
    days = [float(one) for one in waited.dt.days]
    folded = fold_bands(list(wait_bands(days)), lambda one: one.n >= least, both_waits)
    return folded if len(folded) > 1 else ()


def wait_bands(days: Sequence[float]) -> Iterator[WaitBand]:
    """The bands before neighbors are folded; the last holds those who waited longer, or for good (NaN)."""
    for after, through in pairwise(WAITS):
        yield WaitBand(after, through, sum(after < one <= through for one in days))
    yield WaitBand(WAITS[-1], None, sum(not one <= WAITS[-1] for one in days))


def both_waits(first: WaitBand, second: WaitBand) -> WaitBand:
    """Two neighboring bands of days as one."""
    return WaitBand(first.after, second.through, first.n + second.n)
