"""Gzip and zip: read as streams where they are honest, refused with one sentence and in no time where they are not."""

import gzip
import io
import stat
import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest

from features.file_mapping.declaration import Dialect
from features.ingest.files.archives import FREE, unpacked
from features.ingest.files.sources import digest_of, files_in
from features.ingest.findings import DataRefused
from tests.features.ingest.files.file_rows import only_sentence, refusal, take, tree, written
from tests.features.ingest.files.made_archives import crowded, gzip_of, lines, lying, zeros, zip_around, zip_of

CSV = b"a,b\n1,2\n"
HONEST = zip_of({"a.csv": CSV})
LONG = b"a,b\n" + b"".join(b"%d,%d\n" % (row, row * row) for row in range(100_000))
PACKED = gzip.compress(LONG, 1)
NOT_A_ZIP = "expected a zip of at most 1,000 files, but it is another file, damaged or larger; send it again"
ELSEWHERE = "expected plain names in a zip, but one leads elsewhere (/, C:, .., a backslash or a NUL); zip it anew"
NESTED = "expected files in a zip, but there is an archive in it, such as .gz or .zip; put the plain files there"
SPECIAL = "expected only files in a zip, but there is a link or a device in it; put the file itself there"
PASSWORD = "expected a zip without a password; send it over a protected connection"
METHOD = "expected a zip that is stored or deflated, the two common ways; choose the standard when zipping"
OVERLAP = "expected the entries of a zip beside each other, but they overlap; send it again"
GROWTH = "expected an extract, but it grows 200-fold or beyond 64 GiB when unpacked"
CUT = "expected a whole file, but it is cut short or damaged; send it again"


def of_kind(mode: int) -> int:
    return (mode | 0o644) << 16


WRONG_ZIPS = {
    "nothing": (b"", NOT_A_ZIP),
    "a text": (CSV, NOT_A_ZIP),
    "a zip without its end": (HONEST[:-10], NOT_A_ZIP),
    "a directory of rubbish": (HONEST.replace(b"PK\x01\x02", b"PK\x00\x00"), NOT_A_ZIP),
    "a later version of zip": (HONEST.replace(b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\xff"), NOT_A_ZIP),
    "a directory of 100,000 entries": (crowded(100_000), NOT_A_ZIP),
    "1,001 entries": (crowded(1_001), "expected at most 1,000 files in a zip, not 1,001"),
    "a name twice": (
        crowded(2).replace(b"00000001", b"00000000"),
        "expected every name once in a zip, but two entries have the same; send one of them",
    ),
    "a folder above": (zip_of({"../a.csv": CSV}), ELSEWHERE),
    "a folder above, further on": (zip_of({"2024/../../a.csv": CSV}), ELSEWHERE),
    "a folder above, as a folder": (zip_of({"../": b""}), ELSEWHERE),
    "the same folder": (zip_of({"./a.csv": CSV}), ELSEWHERE),
    "an absolute name": (zip_of({"/etc/a.csv": CSV}), ELSEWHERE),
    "a drive": (zip_of({"C:a.csv": CSV}), ELSEWHERE),
    "a backslash": (zip_of({"..\\a.csv": CSV}), ELSEWHERE),
    "a NUL in a name": (HONEST.replace(b"a.csv", b"a\0csv"), ELSEWHERE),
    "a name that is not UTF-8, though said to be": (
        lying(HONEST, flags=0x800).replace(b"a.csv", b"\xff.csv"),
        NOT_A_ZIP,
    ),
    "a link": (lying(HONEST, attributes=of_kind(stat.S_IFLNK)), SPECIAL),
    "a device": (lying(HONEST, attributes=of_kind(stat.S_IFCHR)), SPECIAL),
    "a pipe": (lying(HONEST, attributes=of_kind(stat.S_IFIFO)), SPECIAL),
    "a password": (lying(HONEST, flags=0x1), PASSWORD),
    "a strong password": (lying(HONEST, flags=0x41), PASSWORD),
    "bzip2 inside": (zip_of({"a.csv": CSV}, method=zipfile.ZIP_BZIP2), METHOD),
    "lzma inside": (zip_of({"a.csv": CSV}, method=zipfile.ZIP_LZMA), METHOD),
    "a method nobody knows": (lying(HONEST, method=99), METHOD),
    "a zip in a zip": (zip_of({"a.csv": CSV, "b.ZIP": HONEST}), NESTED),
    "a gzip file in a zip": (zip_of({"a.csv.gz": gzip.compress(CSV)}), NESTED),
    "a tar in a zip": (zip_of({"a.tar": b""}), NESTED),
    "entries that share their bytes": (zip_around(lines(1), size=1 << 20, copies=900), OVERLAP),
    "a bomb of 2 GiB that says so": (zip_around(zeros(2048), size=2048 << 20), GROWTH),
    "a size beyond all measure": (lying(HONEST, size=0xFFFFFFFE), GROWTH),
    "ZIP64 with a size beyond all measure": (
        zip_around(lines(1), size=0xFFFFFFFF, extra=struct.pack("<HHQ", 1, 8, 1 << 50)),
        GROWTH,
    ),
    "ZIP64 cut short": (zip_around(lines(1), size=0xFFFFFFFF, extra=struct.pack("<HHL", 1, 4, 1)), NOT_A_ZIP),
}

WRONG_ENTRIES = {
    "less than declared": (lying(HONEST, size=7), "expected 7 bytes, as the zip declares, but it has more or less"),
    "more than declared": (lying(HONEST, size=9), "expected 9 bytes, as the zip declares, but it has more or less"),
    "nothing declared": (lying(HONEST, size=0), "expected 0 bytes, as the zip declares, but it has more or less"),
    "a bomb of 2 GiB that says it is small": (
        zip_around(zeros(2048), size=1000),
        "expected 1,000 bytes, as the zip declares, but it has more or less",
    ),
    "ZIP64 with another size": (
        zip_around(lines(2), size=0xFFFFFFFF, extra=struct.pack("<HHQ", 1, 8, 999)),
        "expected 999 bytes, as the zip declares, but it has more or less",
    ),
    "a zip without its start": (HONEST[40:], "expected an entry of a zip, but it is damaged"),
    "a wrong sum": (lying(HONEST, crc=1), CUT.removesuffix("; send it again")),
    "a damaged stream": (
        zip_around(b"\xff" * 100, size=100),
        CUT.removesuffix("; send it again"),
    ),
    "another place": (lying(HONEST, offset=7), "expected an entry of a zip, but it is damaged"),
    "another name in its header": (
        HONEST.replace(b"a.csv", b"b.csv", 1),
        "expected an entry of a zip, but it is damaged",
    ),
}

WRONG_GZIP = {
    "a text": (CSV, CUT),
    "cut in its first bytes": (PACKED[:5], CUT),
    "cut in the middle": (PACKED[:-1000], CUT),
    "cut before its sum": (PACKED[:-8], CUT),
    "a wrong sum": (PACKED[:-8] + bytes(8), CUT),
    "a wrong length": (PACKED[:-4] + bytes(4), CUT),
    "a damaged stream": (PACKED[:1000] + b"\xff" * 1000, CUT),
    "rubbish behind it": (PACKED + b"rubbish", CUT),
    "a bomb of 2 GiB of rows": (gzip_of(lines(2048)), GROWTH),
    "a bomb of 2 GiB of zeros": (gzip_of(zeros(2048)), GROWTH),
}


@pytest.mark.parametrize(("content", "sentence"), WRONG_ZIPS.values(), ids=WRONG_ZIPS.keys())
def test_a_zip_that_no_system_writes_is_refused_unread(content: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "sent.zip").write_bytes(content)
    before = tree(tmp_path)
    with pytest.raises(DataRefused) as refused:
        files_in(tmp_path)
    assert only_sentence(refused.value) == f"FILE06 sent.zip: {sentence}"
    assert tree(tmp_path) == before


@pytest.mark.parametrize(("content", "sentence"), WRONG_ENTRIES.values(), ids=WRONG_ENTRIES.keys())
def test_an_entry_that_is_not_what_the_zip_says_is_refused(content: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "sent.zip").write_bytes(content)
    (file,) = files_in(tmp_path)
    with pytest.raises(DataRefused) as refused:
        digest_of(file)
    assert only_sentence(refused.value) == f"FILE06 {file.name}: {sentence}; send it again"
    assert [path for path, _ in tree(tmp_path)] == [str(tmp_path / "sent.zip")]


@pytest.mark.parametrize(("content", "sentence"), WRONG_GZIP.values(), ids=WRONG_GZIP.keys())
def test_a_gzip_file_that_is_damaged_or_a_bomb_is_refused(content: bytes, sentence: str, tmp_path: Path) -> None:
    file = written(tmp_path, content, "a.csv.gz")
    assert refusal(file, Dialect()) == f"FILE06 a.csv.gz: {sentence}"
    assert [path for path, _ in tree(tmp_path)] == [str(tmp_path / "a.csv.gz")]


def produced_until_refused(plain: BinaryIO) -> int:
    produced = 0
    try:
        while chunk := plain.read(1 << 16):
            produced += len(chunk)
    except DataRefused:
        return produced
    raise AssertionError("not refused")


def test_a_gzip_bomb_is_refused_before_it_has_grown() -> None:
    """The work done is the bytes produced: little more than what may grow at will."""
    produced = produced_until_refused(unpacked(io.BytesIO(gzip_of(zeros(1024))), "a.csv.gz"))
    assert FREE <= produced < 1.5 * FREE


def test_a_zip_bomb_is_refused_before_it_has_grown(tmp_path: Path) -> None:
    """The work done is the bytes produced: no more than a buffer of them."""
    (tmp_path / "sent.zip").write_bytes(zip_around(zeros(1024), size=1000))
    (file,) = files_in(tmp_path)
    with file.open() as plain:
        assert produced_until_refused(plain) == 0


def test_an_archive_in_a_gzip_file_is_refused(tmp_path: Path) -> None:
    for name in ("a.csv.gz.gz", "a.zip.gz", "a.tar.gz"):
        file = written(tmp_path, gzip.compress(gzip.compress(CSV)), name)
        nested = "expected a file, not an archive in an archive; unpack the inner one"
        assert refusal(file, Dialect()) == f"FILE06 {name}: {nested}"


def test_a_zip_of_another_name_in_a_zip_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "sent.zip").write_bytes(zip_of({"a.csv": HONEST}))
    (file,) = files_in(tmp_path)
    assert refusal(file, Dialect()).startswith("FILE03 sent.zip/a.csv: expected text in utf-8, but it is a zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_files_of_an_honest_zip_are_read_as_they_are(method: int, tmp_path: Path) -> None:
    content = zip_of({"2024/b.csv": LONG, "a.csv": CSV, "empty.csv": b"", "2024/": b""}, method=method)
    (tmp_path / "sent.zip").write_bytes(content)
    by_name = {file.name: file for file in files_in(tmp_path)}
    assert list(by_name) == ["sent.zip/2024/b.csv", "sent.zip/a.csv", "sent.zip/empty.csv"]
    assert take(by_name["sent.zip/a.csv"], Dialect()).rows == [(2, "1", "2")]
    assert len(take(by_name["sent.zip/2024/b.csv"], Dialect()).rows) == 100_000
    assert refusal(by_name["sent.zip/empty.csv"], Dialect()).startswith("FILE10")


def test_a_zip_written_with_zip64_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "sent.zip", "w") as archive, archive.open("a.csv", "w", force_zip64=True) as entry:
        entry.write(CSV)
    (file,) = files_in(tmp_path)
    assert take(file, Dialect()).rows == [(2, "1", "2")]


def test_gzip_files_of_one_and_of_several_parts_are_read(tmp_path: Path) -> None:
    whole = written(tmp_path / "whole", gzip.compress(CSV), "a.csv.gz")
    parts = written(tmp_path / "parts", gzip.compress(CSV[:5]) + gzip.compress(CSV[5:]), "a.CSV.GZ")
    assert take(whole, Dialect()).rows == take(parts, Dialect()).rows == [(2, "1", "2")]


def test_an_empty_gzip_file_is_empty(tmp_path: Path) -> None:
    assert refusal(written(tmp_path, gzip.compress(b""), "a.csv.gz"), Dialect()).startswith("FILE10 a.csv.gz")


def test_a_zip_that_changed_since_it_was_listed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sent.zip").write_bytes(HONEST)
    (file,) = files_in(tmp_path)
    (tmp_path / "sent.zip").write_bytes(zip_of({"b.csv": CSV}))
    changed = "expected the zip to stay as it was while it is read; try again"
    assert refusal(file, Dialect()) == f"FILE06 sent.zip/a.csv: {changed}"
