"""Which records a reason is about: their kind, how many a score saw, and which days they are of."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from features.definitions.catalog import SERVABLE
from features.language.measures import measures_in
from features.language.quantities import Window
from serving.store.rows import ScoreRow

YEARS = {None: "all_school_years", 0: "this_school_year", 1: "last_school_year"}


@dataclass(frozen=True)
class RecordsBehind:
    """Of which kind the records behind a reason are, how many a score saw, and which days they are of."""

    table: str
    records: int
    windows: tuple[str, ...]


def records_behind(score: ScoreRow, feature_set: str, tables: Mapping[str, str], code: str) -> RecordsBehind | None:
    """The records behind a reason, by the `tables` in which they are kept; None where the score keeps none."""
    behind = score.evidence.get(code)
    if behind is None or code not in tables:
        return None
    return RecordsBehind(tables[code], len(behind), windows_of(feature_set, code))


@cache
def windows_of(feature_set: str, code: str) -> tuple[str, ...]:
    """The windows of a feature's records; none for a feature that is not defined any more."""
    features = SERVABLE[feature_set].features() if feature_set in SERVABLE else {}
    if code not in features:
        return ()
    return tuple(sorted({window_code(one.records.window) for one in measures_in(features[code].quantity)}))


def window_code(window: Window) -> str:
    """A window as programs read it, such as `last_20_school_days`."""
    if window.this_term:
        return "this_term"
    if window.earlier_only:
        return "earlier_school_years"
    year = YEARS.get(window.years_ago, f"{window.years_ago}_school_years_ago")
    if window.to_days is None:
        return year
    days = f"{'first' if window.from_start else 'last'}_{window.to_days}_school_days"
    after = f"_without_{window.from_days}" if window.from_days else ""
    return f"{days}{after}" if window.years_ago == 0 else f"{days}{after}_of_{year}"
