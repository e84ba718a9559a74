"""How past flags turned out, once for each band: records of several tenths are one, with the widest range."""

import json
from dataclasses import asdict, replace

import pytest

from models.metrics.track_record import TrackRecord
from serving.store.rows import RunRow
from serving.wording.band_records import band_records, pooled
from serving.wording.locale import load_language

ENGLISH = load_language("en")
SIX = TrackRecord("risk", 100, 60, 2, per_hundred=60.0, low=50.0, high=70.0, school_years=(2025, 2026))
EIGHT = replace(SIX, n=50, off_track=45, per_hundred=90.0, low=79.0, high=97.0)
WHOLE = replace(SIX, like="list", n=204, per_hundred=67.0, low=60.0, high=76.0)
RUN = RunRow(run_id="r", outcome="grade9_off_track_chicago", ended="ended grade 9 off track")


def found(*records: tuple[str, TrackRecord | None]) -> list[tuple[str, str, str | None]]:
    """Bands and records as the service database gives them."""
    return [(band, "r", None if record is None else json.dumps(asdict(record))) for band, record in records]


def test_each_band_is_said_once_the_most_signals_first() -> None:
    records = band_records(ENGLISH, found(("some", WHOLE), ("many", SIX), ("many", EIGHT), ("few", None)), [RUN])
    assert [(one.band, one.sentence) for one in records] == [
        ("many", "Of 150 listed before with such scores, about 70 of 100 ended grade 9 off track (50 to 97)."),
        ("some", "Of all 204 listed before, about 67 of 100 ended grade 9 off track (60 to 76)."),
    ], "of a band without a record nothing is said"


def test_what_is_known_of_the_whole_list_only_is_said_once() -> None:
    records = band_records(ENGLISH, found(("some", WHOLE), ("many", WHOLE), ("few", WHOLE)), [RUN])
    assert [one.band for one in records] == ["many"]


@pytest.mark.parametrize(("records", "students", "low", "high"), [
    ((SIX, EIGHT), 150, 50.0, 97.0), ((SIX, WHOLE, None), 100, 50.0, 70.0), ((WHOLE, None), 204, 60.0, 76.0),
])  # fmt: skip
def test_a_pooled_range_holds_the_pooled_share_and_records_of_like_scores_go_first(
    records: tuple[TrackRecord | None, ...], students: int, low: float, high: float
) -> None:
    record = pooled(records)
    assert record is not None
    assert (record.n, record.low, record.high) == (students, low, high)
    assert record.low <= record.per_hundred <= record.high


def test_without_a_record_there_is_none() -> None:
    assert pooled([None, None]) is None
