"""A prepared table read from its file: CSV with any usual separator, gzipped or not, or Parquet."""

import csv
import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pandas as pd
import pyarrow as pa

from features.errors import Refused

SEPARATORS = ",;\t|^"
MISSING = ("", "NA", "N/A", "NaN", "nan", "NULL", "null")
QUOTED = re.compile(r'"[^"]*"')
DECIMAL_COMMA = r"-?\d+(,\d+)?"
GZIP, PARQUET = b"\x1f\x8b", b"PAR1"


def read_table(path: Path) -> pd.DataFrame:
    """The table's rows under its header; every column of a CSV is text, missing where empty, NA or NULL.

    Raises Refused naming the file and, where there is one, the row: unreadable, no separator, a column without a name
    or twice, a row of another length, no rows.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise Refused(f"{path}: cannot be read ({error.strerror}); expected a CSV, CSV.gz or Parquet file") from None
    is_parquet = start == PARQUET or path.suffix in {".parquet", ".pq"}
    frame = read_parquet(path) if is_parquet else read_csv(path, zipped=start.startswith(GZIP))
    if frame.empty:
        raise Refused(f"{path}: no rows below the header")
    return frame


def read_parquet(path: Path) -> pd.DataFrame:
    """The rows of a Parquet file with their own types."""
    try:
        frame = pd.read_parquet(path, engine="pyarrow")
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Refused(f"{path}: not readable as Parquet ({type(error).__name__}); write it again or use CSV") from None
    names = [str(name) for name in frame.columns]
    check_header(path, names)
    return frame.set_axis(names, axis="columns").reset_index(drop=True)


def read_csv(path: Path, *, zipped: bool) -> pd.DataFrame:
    """The rows of a CSV file as text."""
    separator = check_csv(path, zipped=zipped)
    frame = pd.read_csv(
        path,
        sep=separator,
        dtype="str",
        encoding="utf-8-sig",
        compression="gzip" if zipped else None,
        keep_default_na=False,
        na_values=list(MISSING),
        index_col=False,
    )
    return with_decimal_points(frame) if separator == ";" else frame


def check_csv(path: Path, *, zipped: bool) -> str:
    """The separator of a CSV file whose header and rows are well formed."""
    with opened(path, zipped=zipped) as file:
        separator = separator_of(path, file.readline())
        file.seek(0)
        rows = csv.reader(file, delimiter=separator)
        header = next(rows)
        check_header(path, header)
        for number, row in enumerate((row for row in rows if row), start=1):
            if len(row) != len(header):
                raise Refused(
                    f"{path}: row {number} (line {rows.line_num}) has {len(row)} values, the header {len(header)}; "
                    "quote values that hold the separator"
                )
    return separator


@contextmanager
def opened(path: Path, *, zipped: bool) -> Iterator[TextIO]:
    """The text of a file; Refused where it is not UTF-8, not whole or not CSV."""
    open_text = gzip.open if zipped else open
    try:
        with open_text(path, "rt", encoding="utf-8-sig", newline="") as file:
            yield file
    except UnicodeDecodeError as error:
        raise Refused(f"{path}: not UTF-8 at byte {error.start}; save it as CSV UTF-8") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise Refused(f"{path}: the gzip file is cut off or damaged; copy it again") from None
    except csv.Error as error:
        raise Refused(f"{path}: not CSV: {error}; look for a quote that is never closed") from None


def separator_of(path: Path, header: str) -> str:
    """The separator that stands most often outside quotes in the header line."""
    bare = QUOTED.sub("", header)
    best = max(SEPARATORS, key=bare.count)
    if not bare.count(best):
        raise Refused(f"{path}: no separator in the header line; expected one of: , ; tab | ^")
    return best


def check_header(path: Path, header: Sequence[str]) -> None:
    """Raise Refused where a column has no name, or two have the same."""
    for position, name in enumerate(header, start=1):
        if not name.strip():
            raise Refused(f"{path}: column {position} has no name; name it, or leave a row number out of the file")
    twice = sorted(name for name, times in Counter(header).items() if times > 1)
    if twice:
        raise Refused(f"{path}: two columns are named {', '.join(map(repr, twice))}; give each its own name")


def with_decimal_points(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows with 1,5 as 1.5 in columns of such numbers, as files with semicolons may have them."""
    for name in frame.columns:
        if frame[name].dropna().str.fullmatch(DECIMAL_COMMA).all():
            frame[name] = frame[name].str.replace(",", ".")
    return frame
