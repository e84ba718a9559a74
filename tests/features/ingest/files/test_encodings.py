"""Encodings are declared, never guessed: a text is in its own, or refused with a suggestion."""

import io
from pathlib import Path

import pytest

from features.file_mapping.declaration import Dialect
from features.ingest.files.encodings import CHUNK, as_utf8
from features.ingest.findings import DataRefused
from tests.features.ingest.files.file_rows import only_sentence, refusal, take, written

NAMES = "id,name\n1,José\n2,Zoë\n"
ROWS = [(2, "1", "José"), (3, "2", "Zoë")]
LONG = "1,x\n" * (CHUNK // 4)

ACCEPTED = {
    "utf-8": (NAMES.encode(), "utf-8"),
    "utf-8 with its mark": (NAMES.encode("utf-8-sig"), "utf-8"),
    "utf-8 with its mark, declared so": (NAMES.encode("utf-8-sig"), "utf-8-sig"),
    "utf-8 without its mark, declared with": (NAMES.encode(), "utf-8-sig"),
    "cp1252": (NAMES.encode("cp1252"), "cp1252"),
    "latin-1": (NAMES.encode("latin-1"), "latin-1"),
    "utf-16, little first": (b"\xff\xfe" + NAMES.encode("utf-16-le"), "utf-16"),
    "utf-16, big first": (b"\xfe\xff" + NAMES.encode("utf-16-be"), "utf-16"),
    "utf-16-le with its mark": (b"\xff\xfe" + NAMES.encode("utf-16-le"), "utf-16-le"),
    "utf-16-be with its mark": (b"\xfe\xff" + NAMES.encode("utf-16-be"), "utf-16-be"),
    "utf-16-le without a mark": (NAMES.encode("utf-16-le"), "utf-16-le"),
    "utf-16-be without a mark": (NAMES.encode("utf-16-be"), "utf-16-be"),
    "utf-32": (NAMES.encode("utf-32"), "utf-32"),
    "mac-roman": (NAMES.encode("mac-roman"), "mac-roman"),
}


def declare(encoding: str) -> str:
    return f'set encoding = "{encoding}" if that is what it is'


REFUSED = {
    "cp1252 as utf-8": (
        NAMES.encode("cp1252"),
        "utf-8",
        "expected text in utf-8, but line 2 is not in it: " + declare("cp1252"),
    ),
    "cp1252 as utf-8, late": (
        (LONG + NAMES).encode("cp1252"),
        "utf-8",
        "expected text in utf-8, but line 262,146 is not in it: " + declare("cp1252"),
    ),
    "cp1252 as ascii": (
        NAMES.encode("cp1252"),
        "ascii",
        "expected text in ascii, but line 2 is not in it: " + declare("cp1252"),
    ),
    "utf-8 as ascii": (
        NAMES.encode(),
        "ascii",
        "expected text in ascii, but line 2 is not in it: " + declare("utf-8"),
    ),
    "utf-8 as cp1252": (
        NAMES.encode(),
        "cp1252",
        "expected text in cp1252, but its accented letters, from line 2 on, are utf-8: " + declare("utf-8"),
    ),
    "utf-8 as cp1252, which lacks a byte": (
        "id,name\n1,”\n".encode(),
        "cp1252",
        "expected text in cp1252, but line 2 is not in it: " + declare("utf-8"),
    ),
    "utf-8 as latin-1": (
        NAMES.encode(),
        "latin-1",
        "expected text in iso8859-1, but its accented letters, from line 2 on, are utf-8: " + declare("utf-8"),
    ),
    "cp1252 as latin-1": (
        "id,name\n1,José\n2,“Zoe”\n".encode("cp1252"),
        "latin-1",
        "expected text in iso8859-1, but line 3 has control characters: " + declare("cp1252"),
    ),
    "utf-8 with its mark as cp1252": (
        NAMES.encode("utf-8-sig"),
        "cp1252",
        "expected text in cp1252, but it starts with the byte order mark of utf-8: " + declare("utf-8"),
    ),
    "utf-16 as utf-8": (
        NAMES.encode("utf-16"),
        "utf-8",
        "expected text in utf-8, but it starts with the byte order mark of utf-16: " + declare("utf-16"),
    ),
    "utf-16 as cp1252": (
        NAMES.encode("utf-16"),
        "cp1252",
        "expected text in cp1252, but it starts with the byte order mark of utf-16: " + declare("utf-16"),
    ),
    "utf-16 in the other order": (
        b"\xff\xfe" + NAMES.encode("utf-16-le"),
        "utf-16-be",
        "expected text in utf-16-be, but it starts with the byte order mark of utf-16: " + declare("utf-16"),
    ),
    "utf-32 as utf-16": (
        NAMES.encode("utf-32"),
        "utf-16",
        "expected text in utf-16, but it starts with the byte order mark of utf-32: " + declare("utf-32"),
    ),
    "utf-16-le without a mark as utf-8": (
        NAMES.encode("utf-16-le"),
        "utf-8",
        "expected text in utf-8, but every other byte is NUL: " + declare("utf-16-le"),
    ),
    "utf-16-be without a mark as cp1252": (
        NAMES.encode("utf-16-be"),
        "cp1252",
        "expected text in cp1252, but every other byte is NUL: " + declare("utf-16-be"),
    ),
    "utf-16 without its mark": (
        NAMES.encode("utf-16-be"),
        "utf-16",
        "expected text in utf-16 with its byte order mark, but it has none: " + declare("utf-16-be"),
    ),
    "utf-8 as utf-16": (
        NAMES.encode(),
        "utf-16",
        "expected text in utf-16 with its byte order mark, but it has none: " + declare("utf-8"),
    ),
    "utf-16-be as utf-16-le": (
        NAMES.encode("utf-16-be"),
        "utf-16-le",
        "expected text in utf-16-le, but its bytes are of another: " + declare("utf-16-be"),
    ),
    "utf-8 as utf-16-le": (
        NAMES.encode(),
        "utf-16-le",
        "expected text in utf-16-le, but its bytes are of another: " + declare("utf-8"),
    ),
    "utf-8, cut in a letter": (
        NAMES.encode()[:-2],
        "utf-8",
        "expected text in utf-8, but line 3 ends in the middle of a character: it was cut short; send it again",
    ),
    "utf-16, cut in a letter": (
        NAMES.encode("utf-16")[:-1],
        "utf-16",
        "expected text in utf-16-le, but line 3 ends in the middle of a character: it was cut short; send it again",
    ),
    "utf-8 and cp1252 by turns": (
        NAMES.encode() + NAMES.encode("cp1252"),
        "utf-8",
        "expected text in utf-8, but line 5 is in another encoding than the lines before it; ask for a file in one",
    ),
    "bytes of nothing we know": (
        b"id,name\n1,\x81\x8d\xff\n",
        "utf-8",
        "expected text in utf-8, but line 2 is not in it; ask whoever sends it which encoding it is in",
    ),
    "a NUL": (
        b"id,name\n1,x\n2,\0\n",
        "utf-8",
        "expected text in utf-8, but line 3 has a NUL character, which no text has; send it again",
    ),
    "a NUL in utf-16": (
        "id,name\n1,\0\n".encode("utf-16"),
        "utf-16",
        "expected text in utf-16-le, but line 2 has a NUL character, which no text has; send it again",
    ),
    "a tail of NULs": (
        NAMES.encode() + LONG.encode() + b"\0" * 5000,
        "utf-8",
        "expected text in utf-8, but line 262,148 has a NUL character, which no text has; send it again",
    ),
    "a gzip file of another name": (
        b"\x1f\x8b\x08\x00rest",
        "utf-8",
        "expected text in utf-8, but it is a gzip file: let its name end in .gz",
    ),
    "an Excel workbook of another name": (
        b"PK\x03\x04rest",
        "cp1252",
        "expected text in cp1252, but it is a zip or an Excel workbook: "
        "let its name end in .zip, or save the workbook as CSV",
    ),
    "an old Excel workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1rest",
        "utf-8",
        "expected text in utf-8, but it is an old Excel workbook: save it as CSV",
    ),
    "a PDF": (b"%PDF-1.7\n", "utf-8", "expected text in utf-8, but it is a PDF: export the records as CSV"),
}


@pytest.mark.parametrize(("content", "encoding"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_text_is_read_in_its_declared_encoding(content: bytes, encoding: str, tmp_path: Path) -> None:
    taken = take(written(tmp_path, content), Dialect(encoding=encoding))
    assert (taken.header, taken.rows) == (("id", "name"), ROWS)


@pytest.mark.parametrize(("content", "encoding", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_a_text_in_another_encoding_is_refused_with_a_suggestion(
    content: bytes, encoding: str, sentence: str, tmp_path: Path
) -> None:
    assert refusal(written(tmp_path, content), Dialect(encoding=encoding)) == f"FILE03 a.csv: {sentence}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "cp1252", "shift_jis"])
@pytest.mark.parametrize("shift", range(4))
def test_letters_on_both_sides_of_a_chunk_are_whole(encoding: str, shift: int) -> None:
    letter = "語" if encoding == "shift_jis" else "é"
    text = "a" * shift + letter * CHUNK
    assert b"".join(as_utf8(io.BytesIO(text.encode(encoding)), encoding, "a.csv")) == text.encode()


def test_half_a_letter_at_the_end_of_a_chunk_is_not_forgotten() -> None:
    content = b"x" * (CHUNK - 1) + "é".encode()[:1] + b"x" * CHUNK
    with pytest.raises(DataRefused) as refused:
        list(as_utf8(io.BytesIO(content), "utf-8", "a.csv"))
    assert "line 1 is not in it" in only_sentence(refused.value)


def test_accents_that_begin_as_utf8_and_go_on_as_cp1252_are_cp1252() -> None:
    content = "Ã©".encode("cp1252") + b"x" * CHUNK + "é".encode("cp1252")
    plain = b"".join(as_utf8(io.BytesIO(content), "cp1252", "a.csv")).decode()
    assert (plain[:2], plain[-1]) == ("Ã©", "é")


def test_the_line_is_counted_over_chunks_of_two_bytes_a_letter() -> None:
    content = ("x\n" * CHUNK).encode("utf-16") + b"\x00\xd8"
    with pytest.raises(DataRefused) as refused:
        list(as_utf8(io.BytesIO(content), "utf-16", "a.csv"))
    assert "line 1,048,577 ends in the middle of a character" in only_sentence(refused.value)
