"""Track record: of 100 students flagged like this, how many ended off track."""

from dataclasses import dataclass
from datetime import date
from math import floor, isnan
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from models.examples import Floats, Integers
from models.metrics.intervals import wilson_interval

if TYPE_CHECKING:
    from features.ledger.ledger import Ledger

YEARS = 2
"""School years that a track record looks back on."""
TENTHS = 10
LEAST_STUDENTS = 10
"""The least students of a group that is shown."""
WIDEST_HALF_INTERVAL = 15.0
"""The widest half interval, of 100 students, that is shown."""
OTHERS, UNKNOWN = "others", "not on record"
"""Small groups folded together, and students of whom no group is known."""
SUPPORTED = "supported_first"
RESOLVED = ("came_true", "did_not", SUPPORTED)


@dataclass(frozen=True)
class TrackRecord:
    """How flags like one turned out: of `n` students of `school_years`, `off_track` ended off track.

    `like` says how alike they were: of a similar `risk`, or only on the same `list`. `supported` are those of the
    others who had a contact or a plan first: how they would have ended without it, nobody can say. `per_hundred`, `low`
    and `high` are counts of 100: the range reaches from the low end of the interval if none of them had ended off
    track to the high end if all had.
    """

    like: Literal["risk", "list"]
    n: int
    off_track: int
    supported: int
    per_hundred: float
    low: float
    high: float
    school_years: tuple[int, ...]


@dataclass(frozen=True)
class ListRecord:
    """How the lists of a school year turned out, each student counted once.

    Of `listed` students so many came true, did not, did not and were `supported` first, moved away, are still open, or
    cannot be told. `never_listed` ended off track without ever being listed, of `off_track` in all.
    """

    school_year: int
    listed: int
    came_true: int
    did_not: int
    supported: int
    moved_away: int
    still_open: int
    not_told: int
    never_listed: int
    off_track: int


@dataclass(frozen=True)
class LeadTime:
    """How long before the end the `n` students of a group who came true were first flagged, in weeks.

    `group` is empty for everyone. Of `off_track` students of the cohort, `never_listed` were on no list of the year.
    """

    group: str
    n: int
    median: float
    first_quartile: float
    third_quartile: float
    off_track: int
    never_listed: int

    @property
    def share_never_listed(self) -> float:
        """The share of those off track who were on no list."""
        return self.never_listed / self.off_track


@dataclass(frozen=True)
class ListTurnover:
    """How the list of `as_of` differed from the list `before`: of `listed` students, `stayed` and `entered`.

    `left` were on the list before and no longer are.
    """

    before: date
    as_of: date
    listed: int
    stayed: int
    entered: int
    left: int


def track_records(ledger: "Ledger", *, scorer: str, risk: Floats, school_year: int) -> list[TrackRecord | None]:
    """How flags like each of these were resolved before a school year; None without enough evidence.

    Flags like one were raised by the same kind of scorer (model or rule) in the last two finished school years: the two
    latest before `school_year` of which a flag can be told. Of a similar `risk` are those in the same tenth, such as
    0.5 up to but not including 0.6. Only flags that can be told count (came true, did not, did not and was supported
    first), and each student once, by the first such flag. The interval is Wilson's score interval at 95 %, of students
    taken as independent, once with none and once with all of those supported first counted as off track. Where either
    reaches further than 15 of 100 to either side on average, or where there are fewer than 10 students, everyone on the
    lists of that kind of scorer in these years stands for them, by the same bounds.
    """
    flags = resolved_flags(ledger, scorer, school_year)
    tenths = tenth_of(flags["risk"].to_numpy(dtype=np.float64))
    similar = [track_record_of(flags[tenths == tenth], "risk") for tenth in range(TENTHS)]
    on_list = track_record_of(flags, "list")
    return [(similar[tenth] if tenth >= 0 else None) or on_list for tenth in tenth_of(risk)]


def resolved_flags(ledger: "Ledger", scorer: str, school_year: int) -> pd.DataFrame:
    """A scorer's resolved flags of the last finished school years, first ones first, but those of a lot alone."""
    flags = ledger.flags
    told = flags[flags["resolution"].isin(RESOLVED) & (flags["school_year"] < school_year)]
    years = sorted(told["school_year"].unique())[-YEARS:]
    return told[told["school_year"].isin(years) & (told["scorer"] == scorer) & ~told["at_random"]]


def tenth_of(risk: Floats) -> Integers:
    """The tenth in which each risk lies, from 0; -1 for a missing risk."""
    tenth = np.minimum(np.floor(np.round(np.nan_to_num(risk, nan=-1) * TENTHS, 9)), TENTHS - 1)
    return np.where(np.isnan(risk), -1, tenth).astype(np.int64)


def tenth_of_one(risk: float | None) -> int:
    """The same of one risk, without an array: a page of scores asks a hundred times."""
    return -1 if risk is None or isnan(risk) else min(floor(round(risk * TENTHS, 9)), TENTHS - 1)


def track_record_of(flags: pd.DataFrame, like: Literal["risk", "list"]) -> TrackRecord | None:
    """How the students of these flags turned out, each by the first of them; None without enough evidence."""
    first = flags.drop_duplicates("student_key")
    n, off_track, supported = len(first), *((first["resolution"] == one).sum() for one in ("came_true", SUPPORTED))
    if n < LEAST_STUDENTS:
        return None
    none, every = (wilson_interval(int(one), n) for one in (off_track, off_track + supported))
    if max(high - low for low, high in (none, every)) / 2 > WIDEST_HALF_INTERVAL:
        return None
    return TrackRecord(
        like=like,
        n=n,
        off_track=int(off_track),
        supported=int(supported),
        per_hundred=float(100 * off_track / n),
        low=none[0],
        high=every[1],
        school_years=tuple(sorted(map(int, first["school_year"].unique()))),
    )


def list_records(ledger: "Ledger") -> tuple[ListRecord, ...]:
    """How the lists of each school year turned out, oldest first.

    Each student counts once, by the first flag of the year. `off_track` are all students of the cohort of whom it is
    known that they ended off track; of them `never_listed` were on no list of the year.
    """
    students = ledger.students
    years = sorted(map(int, students["school_year"].unique()))
    return tuple(list_record(year, students[students["school_year"] == year]) for year in years)


def list_record(school_year: int, students: pd.DataFrame) -> ListRecord:
    """How the lists of one school year turned out."""
    counts = students["resolution"].value_counts()
    off_track = students["off_track"].fillna(value=False)
    return ListRecord(
        school_year=school_year,
        listed=int(students["resolution"].notna().sum()),
        came_true=int(counts["came_true"]),
        did_not=int(counts["did_not"]),
        supported=int(counts["supported_first"]),
        moved_away=int(counts["moved_away"]),
        still_open=int(counts["still_open"]),
        not_told=int(counts["not_told"]),
        never_listed=int((off_track & students["first_flag"].isna()).sum()),
        off_track=int(off_track.sum()),
    )


def lead_weeks(ledger: "Ledger", groups: "pd.Series[str] | None" = None) -> tuple[LeadTime, ...]:
    """How long before the end students were first flagged: of everyone, then by group (`groups` by `student_key`).

    Each school year of a student counts. Groups with fewer than 10 students who came true are told together as
    `others`, with the next larger ones until those are 10; below that nothing is told.
    """
    students = ledger.students
    found = [lead_time("", students)]
    if groups is not None:
        names = fold_small_groups(
            students["student_key"].astype("str").map(groups).fillna(UNKNOWN), came_true(students)
        )
        found += [lead_time(name, students[names == name]) for name in sorted(set(names) - {OTHERS})]
        found.append(lead_time(OTHERS, students[names == OTHERS]))
    return tuple(one for one in found if one.n >= LEAST_STUDENTS)


def came_true(students: pd.DataFrame) -> "pd.Series[bool]":
    """Which students' first flags came true."""
    return students["resolution"] == "came_true"


def fold_small_groups(names: "pd.Series[str]", counted: "pd.Series[bool]") -> "pd.Series[str]":
    """Folds groups with few counted students into `others`."""
    sizes = counted.groupby(names).sum().sort_index().sort_values(kind="stable")
    few = int((sizes < LEAST_STUDENTS).sum())
    together = max(few, int((sizes.cumsum() < LEAST_STUDENTS).sum()) + 1) if few else 0
    return names.where(~names.isin(sizes.index[:together]), OTHERS)


def lead_time(group: str, students: pd.DataFrame) -> LeadTime:
    """The lead time of some students; 0 weeks for a first flag that came after the end."""
    true = students[came_true(students)]
    weeks = ((true["ended_on"] - true["first_flag"]).dt.days / 7).clip(lower=0).to_numpy(dtype=np.float64)
    quarter, half, three_quarters = np.quantile(weeks, (0.25, 0.5, 0.75)) if len(weeks) else (np.nan,) * 3
    off_track = students["off_track"].fillna(value=False)
    never = int((off_track & students["first_flag"].isna()).sum())
    return LeadTime(
        group, len(true), float(half), float(quarter), float(three_quarters), int(off_track.sum()), never
    )  # fmt: skip


def list_turnover(ledger: "Ledger") -> tuple[ListTurnover, ...]:
    """How each list differed from the one before in its school year, oldest first.

    The list of a date is everyone whom any run of that date flagged, whatever the scorer or the release.
    """
    flags = ledger.flags
    days = flags[["as_of", "school_year"]].drop_duplicates().sort_values("as_of", ignore_index=True)
    many, day = len(days), pd.Index(days["as_of"]).get_indexer(pd.Index(flags["as_of"]))
    pairs = np.unique(pd.factorize(flags["student_key"])[0].astype(np.int64) * max(many, 1) + day)
    place = pairs % max(many, 1)
    again = (np.diff(pairs, prepend=-2) == 1) & (place > 0)
    listed, stayed = (np.bincount(place[which], minlength=many) for which in (place >= 0, again))
    dates, years = [stamp.date() for stamp in days["as_of"]], days["school_year"]
    return tuple(
        ListTurnover(
            dates[at - 1], dates[at], int(listed[at]), int(stayed[at]),
            int(listed[at] - stayed[at]), int(listed[at - 1] - stayed[at]),
        )
        for at in range(1, many)
        if years[at] == years[at - 1]
    )  # fmt: skip
