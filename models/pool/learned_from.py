"""Which districts' records a pooled model learned from, and whether they are still lent: consent as provenance."""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import BaseModel

from features.settings import Settings
from models.bundle.bundle import Bundle
from models.bundle.year_parts import ServedPart

KEY = "pooled"
"""Where it stands in `metrics.json`."""


class LearnedFrom(BaseModel):
    """The records that a pooled model learned from: by district and table, the school years.

    `data_versions` are the digests of the data of each district; `features_missing` by district those features that its
    rows do not have, as it has not lent, or does not send, what they are read from.
    """

    pool: str
    districts: dict[str, dict[str, tuple[int, ...]]]
    data_versions: dict[str, str] = {}
    features_missing: dict[str, tuple[str, ...]] = {}

    @property
    def records(self) -> dict[str, frozenset[tuple[str, int]]]:
        """By district, every table and year."""
        return {
            district: frozenset((table, year) for table, years in tables.items() for year in years)
            for district, tables in self.districts.items()
        }


class Pooled(BaseModel):
    """The part of a bundle's `metrics.json` that says whose records it learned from; None for a district's own."""

    pooled: LearnedFrom | None = None


def learned_from(metrics: Mapping[str, object]) -> LearnedFrom | None:
    """Whose records a bundle learned from; None where it is no pooled one."""
    return Pooled.model_validate({KEY: metrics.get(KEY)}).pooled


def withdrawn(metrics: Mapping[str, object], settings: Settings | None) -> list[str]:
    """The records that a bundle learned from and that are not lent any more, a phrase for each district and table.

    Without settings nothing is known to be lent.
    """
    found = learned_from(metrics)
    if found is None:
        return []
    lent = {one.id: one.lends_to(found.pool) for one in settings.districts} if settings else {}
    gone = {district: records - lent.get(district, frozenset()) for district, records in found.records.items()}
    return [
        f"{district}: {table} of {', '.join(str(year) for one, year in sorted(records) if one == table)}"
        for district, records in sorted(gone.items())
        for table in sorted({table for table, _ in records})
    ]


def withheld(bundle: Bundle, settings: Settings) -> Bundle:
    """The bundle with its rule in the place of a model that holds withdrawn records; else as it is.

    The rule tells no number there: its shares were not judged where the model served.
    """
    return without_model(bundle) if withdrawn(bundle.metrics, settings) else bundle


def without_model(bundle: Bundle) -> Bundle:
    """The bundle with its rule in the place of the model in every part of the year."""
    return replace(bundle, parts=tuple(part if part.serves == "rule" else ruled(part) for part in bundle.parts))


def ruled(part: ServedPart) -> ServedPart:
    """A part of the year with its rule in the place of the model."""
    return replace(part, serves="rule", numbers=False)
