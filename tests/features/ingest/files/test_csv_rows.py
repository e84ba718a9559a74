"""CSV as it really comes: each hostile file is read to its rows and row numbers, or refused with one sentence."""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from features.file_mapping.declaration import Dialect
from features.ingest.files.csv_rows import MOST_LINES_IN_CELL, read_csv
from features.ingest.files.sources import SourceFile
from features.ingest.findings import DataRefused
from tests.features.ingest.files.file_rows import Row, only_sentence, refusal, take, written
from tests.sweeps import swept

MANY = 1_000_000 if swept("properties") else 100_000
"""Bad rows of one file; each may take 20 bytes."""

MISQUOTED = "expected a quote to close at the end of its cell; one inside of a cell must be doubled or escaped"


def cells(expected: int, found: int) -> str:
    return f"expected as many cells as the header has, {expected}, but there are {found}"


@dataclass(frozen=True)
class File:
    """A file that is read: its text, how it is written, and what is in it."""

    text: str
    rows: list[Row]
    bad: list[tuple[int, str]] = field(default_factory=list)
    header: tuple[str, ...] = ("a", "b")
    names: tuple[str, ...] | None = None
    given: tuple[str, ...] | None = None
    dialect: Dialect = field(default_factory=Dialect)


ACCEPTED = {
    "commas": File("a,b\n1,2\n", [(2, "1", "2")]),
    "semicolons": File("a;b\n1;2,5\n", [(2, "1", "2,5")], dialect=Dialect(delimiter=";")),
    "tabs": File("a\tb\n1\t\n", [(2, "1", "")], dialect=Dialect(delimiter="\t")),
    "carets": File("a^b\n1^2\n", [(2, "1", "2")], dialect=Dialect(delimiter="^")),
    "bars": File("a|b\n1|2\n", [(2, "1", "2")], dialect=Dialect(delimiter="|")),
    "single quotes": File("a,b\n'1,1','it''s'\n", [(2, "1,1", "it's")], dialect=Dialect(quote="'")),
    "a byte order mark": File("\ufeffa,b\n1,2\n", [(2, "1", "2")]),
    "CR LF": File("a,b\r\n1,2\r\n3,4\r\n", [(2, "1", "2"), (3, "3", "4")]),
    "CR alone": File("a,b\r1,2\r3,4\r", [(2, "1", "2"), (3, "3", "4")]),
    "LF, CR LF and CR by turns": File("a,b\n1,2\r\n3,4\r5,6\n", [(2, "1", "2"), (3, "3", "4"), (4, "5", "6")]),
    "CR CR LF is a blank line after each": File("a,b\r\r\n1,2\r\r\n", [(2, "", ""), (3, "1", "2"), (4, "", "")]),
    "no line end at the end": File("a,b\n1,2", [(2, "1", "2")]),
    "a CR at the end": File("a,b\n1,2\r", [(2, "1", "2")]),
    "a header alone": File("a,b\n", []),
    "a header alone without a line end": File("a,b", []),
    "a blank line in the middle": File("a,b\n1,2\n\n3,4\n", [(2, "1", "2"), (3, "", ""), (4, "3", "4")]),
    "a line of delimiters": File("a,b\n,\n3,4\n", [(2, "", ""), (3, "3", "4")]),
    "blank lines before the header": File("\r\n\n , \na,b\n1,2\n", [(5, "1", "2")]),
    "blank lines before a bad row": File("\n\na,b\n1\n2,3\n", [(5, "2", "3")], [(4, cells(2, 1))]),
    "blank lines at the end": File("a,b\n1,2\n\n\n", [(2, "1", "2"), (3, "", ""), (4, "", "")]),
    "one column": File("a\n1\n\n2\n", [(2, "1"), (3, ""), (4, "2")], header=("a",)),
    "a missing header, given": File("1,2\n3,4\n", [(1, "1", "2"), (2, "3", "4")], given=("a", "b")),
    "a header with one name too few, given": File("1,2\n", [], [(1, cells(1, 2))], ("a",), given=("a",)),
    "names twice": File(
        "a,a,b,a\n1,2,3,4\n", [(2, "1", "2", "3", "4")], [], ("a", "a", "b", "a"), ("a", "a (2)", "b", "a (3)")
    ),
    "a name like the second of another": File(
        "a,a (2),a\n1,2,3\n", [(2, "1", "2", "3")], [], ("a", "a (2)", "a"), ("a", "a (2)", "a (3)")
    ),
    "a column called row": File("row,b\n1,2\n", [(2, "1", "2")], [], ("row", "b"), ("row (2)", "b")),
    "names that are empty": File("a,,\n1,2,3\n", [(2, "1", "2", "3")], [], ("a", "", ""), ("a", "", " (2)")),
    "names with spaces and either quotes": File(" a ,' b'\n1,2\n", [(2, "1", "2")]),
    "a name of one quote": File("a,'\n1,2\n", [(2, "1", "2")], header=("a", "'")),
    "spaces stay in cells": File("a,b\n 1 ,\t2\n", [(2, " 1 ", "\t2")]),
    "NULL stays a word": File("a,b\nNULL,NA\n", [(2, "NULL", "NA")]),
    "an id that looks like a number": File("a,b\n007,1E+05\n", [(2, "007", "1E+05")]),
    "quoted delimiters": File('a,b\n"1,1","2;2"\n', [(2, "1,1", "2;2")]),
    "quoted line breaks are not rows": File(
        'a,b\n"1\n1","2\r\n2"\n3,"4\r4"\n', [(2, "1\n1", "2\r\n2"), (3, "3", "4\r4")]
    ),
    "a quoted line break in the header": File('"a\nb",b\n1,2\n', [(2, "1", "2")], header=("a\nb", "b")),
    "doubled quotes": File('a,b\n"say ""hi""",""""\n', [(2, 'say "hi"', '"')]),
    "empty quotes": File('a,b\n"",""\n"",1\n', [(2, "", ""), (3, "", "1")]),
    "escaped quotes": File('a,b\n"say \\"hi\\"",2\n', [(2, 'say "hi"', "2")], dialect=Dialect(escape="\\")),
    "an escaped escape at a closing quote": File('a,b\n"1\\\\","2"\n', [(2, "1\\", "2")], dialect=Dialect(escape="\\")),
    "an escaped delimiter": File("a,b\n1\\,1,2\n", [(2, "1,1", "2")], dialect=Dialect(escape="\\")),
    "a backslash that escapes nothing": File('a,b\n"1\\",2\n', [(2, "1\\", "2")]),
    "a quote within a bare cell": File('a,b\n6" tall,2"\n3,4\n', [(2, '6" tall', '2"'), (3, "3", "4")]),
    "the other quote": File("a,b\nO'Neil,'\n", [(2, "O'Neil", "'")]),
    "a cell too few": File("a,b\n1\n2,3\n", [(3, "2", "3")], [(2, cells(2, 1))]),
    "a cell too many": File("a,b\n1,2,3\n2,3\n", [(3, "2", "3")], [(2, cells(2, 3))]),
    "bad rows first, last and together": File(
        "a,b\n1\n2\n3,4\n5\n", [(4, "3", "4")], [(2, cells(2, 1)), (3, cells(2, 1)), (5, cells(2, 1))]
    ),
    "a bad row after quoted line breaks": File('a,b\n"1\n\n",2\n3\n', [(2, "1\n\n", "2")], [(3, cells(2, 1))]),
    "text after a closing quote": File('a,b\n"x"y,2\n3,4\n', [(3, "3", "4")], [(2, MISQUOTED)]),
    "quotes that are not doubled": File('a,b\n"say "hi" now",2\n3,4\n', [(3, "3", "4")], [(2, MISQUOTED)]),
    "doubled quotes where they are escaped": File(
        'a,b\n"say ""hi""",2\n3,4\n', [(3, "3", "4")], [(2, MISQUOTED)], dialect=Dialect(escape="\\")
    ),
    "an open quote that the next one ends": File('a,b\n1,"x\n2,"y"\n3,4\n', [(3, "3", "4")], [(2, MISQUOTED)]),
    "misquoted, too short and good rows": File(
        'a,b\n1\n"x"y,2\n3,4\n5\n"z" ,6\n',
        [(4, "3", "4")],
        [(2, cells(2, 1)), (3, MISQUOTED), (5, cells(2, 1)), (6, MISQUOTED)],
    ),
    "as many line breaks in a cell as may be": File(
        'a,b\n1,"' + "\r\n" * MOST_LINES_IN_CELL + '"\n', [(2, "1", "\r\n" * MOST_LINES_IN_CELL)]
    ),
    "letters of every script": File("a,b\nМария,李\nÉ,😀\n", [(2, "Мария", "李"), (3, "É", "😀")]),
    "line separators of Unicode are letters": File("a,b\n1\u2028,\x85\n", [(2, "1\u2028", "\x85")]),
}  # fmt: skip

REFUSED = {
    "nothing": (b"", "FILE10 a.csv: expected a header and rows, but it is empty; send it again"),
    "a byte order mark alone": (
        b"\xef\xbb\xbf",
        "FILE10 a.csv: expected a header and rows, but it is empty; send it again",
    ),
    "blank lines": (b"\n\r\n\r  \n", "FILE10 a.csv: expected a header and rows, but it is empty; send it again"),
    "lines of delimiters": (b",,\n,,\n", "FILE10 a.csv: expected a header and rows, but it is empty; send it again"),
    "a header of empty names": (
        b'"",""\n1,2\n',
        "FILE10 a.csv: expected a header and rows, but its cells are empty; send it again",
    ),
    "a header with a misplaced quote": (
        b'"a"x,b\n1,2\n',
        "FILE04 a.csv, row 1: expected a header, but its quotes do not close where its cells end; see to `delimiter` "
        "and `quote`",
    ),
    "a header of thousands of names": (
        b"a," * 5000 + b"a\n",
        "FILE04 a.csv, row 1: expected a header of at most 4,096 columns; see to `delimiter`",
    ),
    "a quote open at the end": (
        b'a,b\n1,2\n\n3,"4\n5,6\n',
        "FILE05 a.csv, row 4: expected a closing quote, but the file ends without; "
        "see to `quote` and `escape`, or send it again",
    ),
    "a quote open from a row after bad ones": (
        b'a,b\n1\n"2"2,2\n3,"4',
        "FILE05 a.csv, row 4: expected a closing quote, but the file ends without; "
        "see to `quote` and `escape`, or send it again",
    ),
    "a cell with too many line breaks": (
        b'a,b\n1,2\n3,"' + b"x\n" * (MOST_LINES_IN_CELL + 1) + b'"\n',
        "FILE05 a.csv, row 3: expected rows of at most 4 MiB and cells of at most 200 lines; "
        "a quote may be open from here on: close it, or see to `quote`",
    ),
    "a quote open for the rest of a large file": (
        b'a,b\n1,2\n3\n4,"5\n' + b"6,7\n" * 2_000_000,
        "FILE05 a.csv, row 4: expected rows of at most 4 MiB and cells of at most 200 lines; "
        "a quote may be open from here on: close it, or see to `quote`",
    ),
    "a cell of 10 MB": (
        b"a,b\n1,2\n3," + b"x" * 10_000_000 + b"\n4,5\n",
        "FILE05 a.csv, row 3: expected rows of at most 4 MiB and cells of at most 200 lines; "
        "a quote may be open from here on: close it, or see to `quote`",
    ),
    "a header of 10 MB": (
        b"a," + b"x" * 10_000_000,
        "FILE05 a.csv, row 1: expected rows of at most 4 MiB and cells of at most 200 lines; "
        "a quote may be open from here on: close it, or see to `quote`",
    ),
}


@pytest.mark.parametrize("file", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_file_is_read_to_its_rows(file: File, tmp_path: Path) -> None:
    taken = take(written(tmp_path, file.text.encode()), file.dialect, file.given)
    assert taken.header == file.header
    assert taken.names == (file.names or file.header)
    assert taken.rows == file.rows
    assert taken.malformed == file.bad


@pytest.mark.parametrize(("content", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_without_end_or_beginning_is_refused(content: bytes, sentence: str, tmp_path: Path) -> None:
    assert refusal(written(tmp_path, content), Dialect()) == sentence


def test_many_malformed_rows_are_kept_as_numbers(tmp_path: Path) -> None:
    content = b"a,b\n" + b"x\n" * (MANY - 1) + b"1,2\n" + b"x,y,z\n"
    with read_csv(written(tmp_path, content), Dialect(), None) as rows:
        taken = rows.batches.read_all().to_pylist()
        bad = rows.malformed.table()
    assert taken == [{"row": MANY + 1, "a": "1", "b": "2"}]
    assert (len(rows.malformed), bad.num_rows) == (MANY, MANY)
    assert bad.column("row").to_pylist()[-2:] == [MANY, MANY + 2]
    assert sorted(bad.column("expected").combine_chunks().dictionary.to_pylist()) == [cells(2, 1), cells(2, 3)]
    assert bad.nbytes < 20 * MANY


def test_many_misquoted_rows_are_kept_as_numbers(tmp_path: Path) -> None:
    with read_csv(written(tmp_path, b"a,b\n" + b'"x"y,1\n' * MANY), Dialect(), None) as rows:
        assert sum(batch.num_rows for batch in rows.batches) == 0
    assert len(rows.malformed) == MANY
    assert list(rows.malformed.misquoted[:2]) == [2, 3]


def test_rows_are_numbered_across_batches(tmp_path: Path) -> None:
    """Every seventh row is bad, every eleventh blank; the file is of many batches."""
    lines = ["a,b", *("x" if row % 7 == 0 else "" if row % 11 == 0 else f'{row},"q\n"' for row in range(2, 600_000))]
    with read_csv(written(tmp_path, "\n".join(lines).encode()), Dialect(), None) as rows:
        batches = list(rows.batches)
    assert len(batches) > 3
    for batch in batches:
        wrong = [
            (row, a) for row, a in zip(*(c.to_pylist() for c in batch.columns[:2]), strict=True) if a and str(row) != a
        ]
        assert wrong == []
    assert list(rows.malformed.rows) == [row for row in range(2, 600_000) if row % 7 == 0]


def test_memory_is_bounded_by_batches_not_by_the_file(tmp_path: Path) -> None:
    with read_csv(written(tmp_path, b"a,b\n" + b"123456,7890\n" * 2_000_000), Dialect(), None) as rows:
        assert max(batch.nbytes for batch in rows.batches) < 8 << 20


REFUSED_WITHIN = {
    "an open quote": (b'a,b\n1,2\n3,"4\n', "FILE05"),
    "a cell of many lines": (b'a,b\n1,"' + b"\n" * 300 + b'"\n', "FILE05"),
    "bytes of another encoding": (b"a,b\n" + b"1,2\n" * 600_000 + b"3,\xe9\n", "FILE03"),
}


@pytest.mark.parametrize(("content", "code"), REFUSED_WITHIN.values(), ids=REFUSED_WITHIN.keys())
def test_what_is_wrong_is_told_where_duckdb_asks_for_the_rows(content: bytes, code: str, tmp_path: Path) -> None:
    with pytest.raises(DataRefused) as refused:
        take_into_duckdb(written(tmp_path, content))
    assert only_sentence(refused.value).startswith(code)


def take_into_duckdb(file: SourceFile) -> None:
    with duckdb.connect() as connection, read_csv(file, Dialect(), None) as rows:
        connection.register("batches", rows.batches)
        connection.execute("CREATE TABLE taken AS SELECT * FROM batches")


def test_an_error_of_the_caller_is_its_own(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), read_csv(written(tmp_path, b"a,b\n1,2\n"), Dialect(), None):
        raise ZeroDivisionError


def test_a_reader_may_stop_in_the_middle(tmp_path: Path) -> None:
    with read_csv(written(tmp_path, b"a,b\n" + b"1,2\n" * 2_000_000), Dialect(), None) as rows:
        first = rows.batches.read_next_batch()
    assert first.num_rows > 0


def test_no_refusal_says_what_is_in_the_file(tmp_path: Path) -> None:
    for content in (b'a,b\nSecret,"Secret\n', b"a,b\nSecret,\xe9\n", b'"Secret"Secret,b\n', b"Secret" * 1_000_000):
        assert "Secret" not in refusal(written(tmp_path, content), Dialect())
