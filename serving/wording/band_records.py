"""How past flags turned out, said once for each band that stands on a list."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from models.metrics.track_record import TrackRecord
from serving.scoring.bands import Band
from serving.scoring.decoding import TRACK_RECORD, decode
from serving.store.rows import RunRow
from serving.wording.locale import Language, msgid
from serving.wording.outcomes import about_words, ended_words
from serving.wording.signals import BAND_ORDER, band_words

OF_BAND = msgid("Of {number} listed before with such scores, about {count} of 100 {ended} ({low} to {high}).")
OF_LIST = msgid("Of all {number} listed before, about {count} of 100 {ended} ({low} to {high}).")


@dataclass(frozen=True)
class BandRecord:
    """A band, what it is about where there are several outcomes, and how flags like these turned out."""

    band: Band
    band_words: str
    about: str
    sentence: str


def band_records(
    language: Language, found: Iterable[tuple[str, str, str | None]], runs: Sequence[RunRow]
) -> tuple[BandRecord, ...]:
    """A record for each outcome and band of listed students (`found`: band, run id and track record as JSON).

    Bands of which nothing is known are left out, and what is said of the whole list alike stands once.
    """
    by_band: dict[tuple[str, str], set[TrackRecord | None]] = {}
    for band, run_id, stored in found:
        by_band.setdefault((run_id, band), set()).add(decode(TRACK_RECORD, json.loads(stored or "null")))
    known = [
        (run, band, record)
        for run in runs
        for band in reversed(BAND_ORDER)
        if (record := pooled(by_band.get((run.run_id, band), ()))) is not None
    ]
    lines = {
        (run.run_id, record): BandRecord(
            band=band,
            band_words=band_words(language, band),
            about=about_words(language, run) if len(runs) > 1 else "",
            sentence=record_sentence(language, record, run),
        )
        for run, band, record in reversed(known)
    }
    return tuple(reversed(lines.values()))


def record_sentence(language: Language, record: TrackRecord, run: RunRow) -> str:
    """How flags of a band turned out."""
    words = OF_BAND if record.like == "risk" else OF_LIST
    return language.translate(
        words,
        number=record.n,
        count=round(record.per_hundred),
        low=round(record.low),
        high=round(record.high),
        ended=ended_words(language, run.ended),
    )


def pooled(records: Iterable[TrackRecord | None]) -> TrackRecord | None:
    """The records of a band as one: counts summed, the range as wide as its widest; None without a record.

    Records of like scores go before that of the whole list, which says the same of every band.
    """
    known = [record for record in records if record is not None]
    alike = [record for record in known if record.like == "risk"] or known
    if not alike:
        return None
    students = sum(record.n for record in alike)
    return replace(
        alike[0],
        n=students,
        off_track=sum(record.off_track for record in alike),
        supported=sum(record.supported for record in alike),
        per_hundred=sum(record.per_hundred * record.n for record in alike) / students,
        low=min(record.low for record in alike),
        high=max(record.high for record in alike),
    )
