"""The adapter of CSV exports of a known system: CSV files by the shipped mapping and the district's own on top."""

from collections.abc import Mapping
from dataclasses import replace

from features.errors import Refused
from features.file_mapping.declaration import Dialect, FileMapping
from features.ingest.adapters.adapter import Adapter, Arrival
from features.ingest.adapters.csv_files import csv_delivery, read_rows
from features.ingest.delivery import Delivery
from features.ingest.files.sources import matching_files
from features.sources.mapping_packs import Aeries, pack_of, with_own

DAY_OF_LEAVING = "STF.LD"
"""The column of Aeries with the day on which somebody left."""


def pack_delivery(arrival: Arrival) -> Delivery:
    """The delivery of the files by the shipped mapping; DataRefused for a table without its file."""
    pack = pack_of(arrival.source.kind)
    files = with_own(pack.files, arrival.district.files)
    if isinstance(arrival.source, Aeries) and arrival.source.staff_titles:
        files["staff"] = staff_of_titles(files["staff"], arrival, pack.reading, arrival.source.staff_titles)
    district = arrival.district.model_copy(update={"files": files, "reading": pack.reading})
    return csv_delivery(replace(arrival, district=district))


def staff_of_titles(
    mapping: FileMapping, arrival: Arrival, reading: Dialect, roles: Mapping[str, str]
) -> FileMapping:  # fmt: skip
    """The mapping of staff by their titles, without those of other titles, who have left, or have no address.

    Refused where no title is one of those that are named.
    """
    title, address = mapping.columns["role"].column or "", mapping.columns["email"].column or ""
    found: dict[str, set[str]] = {}
    for file in matching_files(arrival.files, mapping.file or ""):
        with read_rows(file, mapping.dialect(reading), mapping.header) as rows:
            for batch in rows.batches:
                for name in {title, DAY_OF_LEAVING} & {*rows.names}:
                    found.setdefault(name, set()).update(batch.column(name).unique().to_pylist())
    if title in found and not found[title] & {*roles}:
        there = ", ".join(sorted(found[title])[:20])
        raise Refused(
            f"{arrival.district.id}: staff_titles: nobody in {mapping.file} has one of them; there are: {there}"
        )
    others = {
        title: found.get(title, set()) - {*roles},
        DAY_OF_LEAVING: {cell for cell in found.get(DAY_OF_LEAVING, set()) if cell.strip()},
        address: {""},
    }
    left_out = {name: tuple(sorted(cells)) for name, cells in others.items() if cells}
    codes = mapping.codes | {"role": dict(roles)}
    return mapping.model_copy(update={"codes": codes, "leave_out": left_out | mapping.leave_out})


def pulled_delivery(arrival: Arrival) -> Delivery:
    """The delivery of what a pull wrote, by the shipped mapping.

    Refused where no pull is whole, or the last one did not read a table that settings declare since.
    """
    files = pack_of(arrival.source.kind).files
    pull = f"run `ontrack pull --district {arrival.district.id}`"
    if not matching_files(arrival.files, files["schools"].file or ""):
        raise Refused(f"{arrival.district.id}: no finished pull; {pull}")
    for name in arrival.source.declared:
        if name in arrival.owned and not matching_files(arrival.files, files[name].file or ""):
            raise Refused(f"{arrival.district.id}: the last pull did not read {name}; {pull}")
    return pack_delivery(arrival)


MAPPING_PACK = Adapter(deliver=pack_delivery)
"""CSV files by a shipped mapping."""

PULLED_PACK = Adapter(deliver=pulled_delivery)
"""CSV files that a pull wrote, by a shipped mapping."""
