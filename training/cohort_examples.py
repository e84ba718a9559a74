"""From a district's warehouse to examples: the same cohort, scored on the same dates of each year."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from features.errors import NothingKnown, Refused
from features.language.feature_set import FeatureSet, Outcome
from features.snapshots.feature_requirements import unavailable_features
from features.snapshots.label_years import JudgeableYears, LabelYear, judgeable_years, label_years
from features.snapshots.labels import Labels, cohort_keys, label_snapshots
from features.snapshots.snapshot import Snapshot, build_snapshots
from features.warehouse.protected_groups import groups_on
from features.warehouse.reader import Reader
from models.examples import Examples
from models.feature_dictionary import FeatureDictionary, dictionary_of


class NotJudgeable(Refused):
    """No model can be judged yet: a rule can serve all the same."""


@dataclass(frozen=True)
class Scored:
    """One scoring date: what was known then, how it turned out, the groups of that day, and each school's level.

    `schools` are the names of schools by id.
    """

    snapshot: Snapshot
    labels: Labels
    groups: pd.DataFrame
    levels: Mapping[str, str]
    schools: Mapping[str, str]


@dataclass(frozen=True)
class Cohorts:
    """Every labelled cohort of a district, with the years they come from and how many labels are missing.

    `left_out` names the features for which the district sends no data, each with what it lacks.
    """

    examples: Examples
    years: dict[int, LabelYear]
    unlabelled: dict[int, int]
    left_out: Mapping[str, str]


def labelled_cohorts(
    reader: Reader,
    feature_set: type[FeatureSet],
    outcome: Outcome,
    schedule: tuple[str, ...],
    *,
    observed_on: date,
    with_peers: bool = True,
) -> Cohorts:
    """The cohorts whose outcome is known on `observed_on`, of one school year or more."""
    years = label_years(reader, outcome, schedule, observed_on=observed_on)
    take = partial(build_snapshots, reader, feature_set, cohort=outcome.cohort, with_peers=with_peers)
    try:
        snapshots = take(dates_of(years))
    except NothingKnown:
        years = years_with_students(reader, outcome, years)
        snapshots = take(dates_of(years))
    everything = scored_snapshots(reader, snapshots, outcome, observed_on)
    scored = {year: [one for one in everything if one.snapshot.school_year == year] for year in years}
    lacking = unavailable_features(reader, feature_set)
    return Cohorts(
        examples=as_examples(dictionary_of(feature_set, without=lacking), everything),
        years=years,
        unlabelled={y: sum(int(o.labels.off_track.isna().sum()) for o in found) for y, found in scored.items()},
        left_out=lacking,
    )


def dates_of(years: Mapping[int, LabelYear]) -> list[date]:
    """Every scoring date of some years."""
    return [day for one in years.values() for day in one.scored_on]


def years_with_students(reader: Reader, outcome: Outcome, years: Mapping[int, LabelYear]) -> dict[int, LabelYear]:
    """The years on whose dates somebody of the outcome's cohort was enrolled, with those dates; NotJudgeable for none.

    In the first year on record nobody is known to repeat a grade.
    """
    known = {
        year: tuple(day for day in one.scored_on if len(cohort_keys(reader, outcome.cohort, reader.view(day))))
        for year, one in years.items()
    }
    if not any(known.values()):
        raise NotJudgeable(f"{outcome.name} cannot be judged: {outcome.cohort.words} were on no scoring date")
    return {year: replace(years[year], scored_on=days) for year, days in known.items() if days}


def refuse_unjudgeable(reader: Reader, outcome: Outcome, schedule: tuple[str, ...], *, observed_on: date) -> None:
    """Raise NotJudgeable where a model could be judged on no school year, saying from when on it can be."""
    found = judgeable_years(reader, outcome, schedule, observed_on=observed_on)
    if found.why_none:
        raise NotJudgeable(not_yet(outcome, found, observed_on))


def not_yet(outcome: Outcome, found: JudgeableYears, observed_on: date) -> str:
    """Why a model cannot be judged, and from when on it can be."""
    when = f"; it can be judged from {found.possible_from} on" if found.possible_from else ""
    return f"{outcome.name} cannot be judged yet on {observed_on}: {found.why_none}{when}"


def scored_snapshots(
    reader: Reader, snapshots: Sequence[Snapshot], outcome: Outcome, observed_on: date
) -> list[Scored]:
    """The scoring dates of some snapshots."""
    labels = label_snapshots(reader, outcome, snapshots, observed_on=observed_on)
    levels: dict[str, str] = dict(reader.current("schools")[["school_id", "level"]].itertuples(index=False))
    schools = school_names(reader)
    return [
        Scored(one, told, groups_on(reader, reader.view(one.as_of), one.features.index), levels, schools)
        for one, told in zip(snapshots, labels, strict=True)
    ]


def school_names(reader: Reader) -> dict[str, str]:
    """What each school is called, by id; a name that several have is told apart by the id."""
    found: dict[str, str] = dict(reader.current("schools")[["school_id", "name"]].itertuples(index=False))
    often = Counter(found.values())
    return {school: name if often[name] == 1 else f"{name} ({school})" for school, name in found.items()}


def as_examples(dictionary: FeatureDictionary, scored: Sequence[Scored]) -> Examples:
    """The labelled rows of every scoring date."""
    parts = [labelled_rows(one) for one in scored]
    rows = pd.concat(parts, ignore_index=True)
    groups = [str(name) for name in rows.columns if str(name).startswith(GROUP)]
    peers = [str(name) for name in rows.columns if str(name).startswith(PEER)]
    return Examples(
        dictionary=dictionary,
        features=rows[dictionary.names],
        label=rows["off_track"].to_numpy(dtype=np.bool_),
        student=rows["student_key"].to_numpy(dtype=np.str_),
        time=rows["school_year"].to_numpy(dtype=np.int64),
        groups=rows[groups].rename(columns={name: name.removeprefix(GROUP) for name in groups}),
        school=rows["school_id"].to_numpy(dtype=np.str_),
        rule=rows["rule_signals"].fillna(0.0).to_numpy(dtype=np.float64) if "rule_signals" in rows else None,
        peers=rows[peers].rename(columns=lambda name: name.removeprefix(PEER)).fillna(0.0) if peers else pd.DataFrame(),
        as_of=rows["as_of"].to_numpy(dtype=np.str_),
        parts=rows[["grade", "school level", "school"]],
        week=rows["scored_in_week"].to_numpy(dtype=np.int64),
    )


GROUP, PEER = "group:", "peer:"
"""Prefixes of audit columns and of other rules' signals while they travel beside features."""


def labelled_rows(one: Scored) -> pd.DataFrame:
    """One scoring date's students with a known outcome, with features, school and groups side by side.

    Not those of whom too little was on record for a score: nobody is ever told one of them.
    """
    off_track = one.labels.off_track[one.snapshot.is_scorable].dropna()
    known, seen = off_track.index, one.snapshot
    rows = seen.features.loc[known]
    groups = one.groups.reindex(off_track.index).add_prefix(GROUP)
    placed = rows.assign(
        off_track=off_track,
        school_id=seen.school.loc[known],
        school_year=seen.school_year,
        as_of=seen.as_of.isoformat(),
        grade=seen.grade.loc[known].astype("int64").astype("str"),
        scored_in_week=seen.school_week or 0,
        school=seen.school.loc[known].map(one.schools).fillna(seen.school.loc[known]),
        **{"school level": seen.school.loc[known].map(one.levels).fillna("not on record")},
    )
    peers = seen.peers.add_prefix(PEER)
    return placed.join(groups).join(peers).rename_axis("student_key").reset_index()
