"""A simulated district as the CSV exports of a system for which a mapping is shipped: the mapping read backwards."""

from functools import partial
from pathlib import Path

import pandas as pd

from features.file_mapping.column_mapping import ColumnMapping
from features.file_mapping.declaration import FileMapping
from features.simulator.formats.latest_records import latest_of
from features.simulator.formats.uncarried_tables import copy_uncarried
from features.sources.kinds import KINDS, kind_of
from features.sources.mapping_packs import Pack, pack_of

EXPORTS = "exports"
"""The folder of the exports, beside that of the tables that they do not carry."""


def write_exports(kind: str, records: Path, folder: Path, _district_id: str) -> dict[str, int]:
    """Writes a folder of our CSV as exports of a system, what they do not carry as our CSV beside; rows by file."""
    pack, place = pack_of(kind), folder / EXPORTS
    carried = next(one.gives for one in KINDS if kind_of(one) == kind)
    place.mkdir(parents=True, exist_ok=True)
    rows: dict[str, int] = {}
    for table, mapping in pack.files.items():
        if table not in carried or not (records / f"{table}.csv").exists():  # one that no simulated district sends
            continue
        name = str(mapping.file).replace("*", "")
        found = mapped_back(latest_of(table, records / f"{table}.csv").fillna(""), mapping, pack)
        found.to_csv(place / name, index=False)
        rows[f"{EXPORTS}/{name}"] = len(found)
    return rows | copy_uncarried(records, folder, carried)


def mapped_back(rows: pd.DataFrame, mapping: FileMapping, pack: Pack) -> pd.DataFrame:
    """The rows under the system's names and codes. A file's column that gives several of ours has a code for all."""
    sources: dict[str, list[str]] = {}
    for name, one in mapping.columns.items():
        if one.column is not None:
            sources.setdefault(one.column, []).append(name)
    others = {name: pd.Series("", index=rows.index) for name in mapping.leave_out if name not in sources}
    cells = others | {source: cells_of(rows, names, mapping, pack) for source, names in sources.items()}
    kept = rows.index[~pd.DataFrame({source: found.isna() for source, found in cells.items()}).any(axis=1)]
    return pd.DataFrame(cells, index=rows.index).loc[kept]


def cells_of(rows: pd.DataFrame, names: list[str], mapping: FileMapping, pack: Pack) -> "pd.Series[str]":
    """One column of the export: text by its form or code; missing where the system has no code for it."""
    name = names[0]
    if name in mapping.codes:
        return coded(rows, names, mapping)
    return formed(rows[name], mapping.columns[name], name, pack)


def coded(rows: pd.DataFrame, names: list[str], mapping: FileMapping) -> "pd.Series[str]":
    """The code whose meanings are a row's values in all of these columns; empty where they are."""
    meanings = {
        tuple(mapping.codes[name].get(code, "") for name in names): code for code in reversed(mapping.codes[names[0]])
    }
    values = zip(*(rows[name] for name in names), strict=True)
    found = ["" if not any(value) else meanings.get(value) for value in values]
    return pd.Series(found, index=rows.index, dtype="object")


def formed(text: "pd.Series[str]", mapping: ColumnMapping, name: str, pack: Pack) -> "pd.Series[str]":
    """Dates in the export's form, hundredths as it counts them, other text as it is."""
    if name.endswith("date"):
        days = pd.to_datetime(text.where(text != ""))
        return days.dt.strftime(pack.reading.dates[0]).fillna("")
    if mapping.times:
        counted = pd.to_numeric(text.where(text != "")) / mapping.times
        return counted.map("{:.4g}".format).where(counted.notna(), "")
    return text


SYSTEMS = ("aeries", "aeries-api", "clever", "infinite-campus", "powerschool")
WRITERS = {kind: partial(write_exports, kind) for kind in SYSTEMS}
"""The writer of each system's exports."""
