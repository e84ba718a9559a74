"""The adapter of CSV exports of a known system: CSV files by the shipped mapping and the district's own on top."""

from dataclasses import replace

from features.errors import Refused
from features.ingest.adapters.adapter import Adapter, Arrival
from features.ingest.adapters.csv_files import csv_delivery
from features.ingest.delivery import Delivery
from features.ingest.files.sources import matching_files
from features.sources.mapping_packs import pack_of, with_own


def pack_delivery(arrival: Arrival) -> Delivery:
    """The delivery of the files by the shipped mapping; DataRefused for a table without its file."""
    pack = pack_of(arrival.source.kind)
    files = with_own(pack.files, arrival.district.files)
    district = arrival.district.model_copy(update={"files": files, "reading": pack.reading})
    return csv_delivery(replace(arrival, district=district))


def pulled_delivery(arrival: Arrival) -> Delivery:
    """The delivery of what a pull wrote, by the shipped mapping; Refused where none is whole."""
    pattern = pack_of(arrival.source.kind).files["schools"].file or ""
    if not matching_files(arrival.files, pattern):
        raise Refused(f"{arrival.district.id}: no finished pull; run `ontrack pull --district {arrival.district.id}`")
    return pack_delivery(arrival)


MAPPING_PACK = Adapter(deliver=pack_delivery)
"""CSV files by a shipped mapping."""

PULLED_PACK = Adapter(deliver=pulled_delivery)
"""CSV files that a pull wrote, by a shipped mapping."""
