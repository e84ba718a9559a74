"""The files of a folder or a zip: found by name, hidden ones left out, nothing from outside."""

import gzip
import hashlib
import os
from pathlib import Path

import pytest

from features.errors import Refused
from features.ingest.files.sources import digest_of, files_in, matching_files
from features.ingest.findings import DataRefused
from tests.features.ingest.files.file_rows import only_sentence, tree
from tests.features.ingest.files.made_archives import zip_of

CSV = b"a,b\n1,2\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with files of every kind, and one beside it."""
    folder = tmp_path / "sent"
    for name in ("students.csv", "2024/att.csv", "2023/att.csv", ".hidden.csv", ".git/att.csv", "2024/._att.csv"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(CSV)
    (folder / "marks.csv.gz").write_bytes(gzip.compress(CSV))
    (folder / "export.ZIP").write_bytes(zip_of({"2022/att.csv": CSV, "__MACOSX/._att.csv": b"", "staff.csv": CSV}))
    (tmp_path / "outside.csv").write_bytes(b"secret\n")
    return folder


def test_files_are_found_below_a_folder_and_in_its_zips_by_name(place: Path) -> None:
    assert [file.name for file in files_in(place)] == [
        "2023/att.csv",
        "2024/att.csv",
        "export.ZIP/2022/att.csv",
        "export.ZIP/staff.csv",
        "marks.csv.gz",
        "students.csv",
    ]


def test_files_are_found_in_a_zip(place: Path) -> None:
    files = files_in(place / "export.ZIP")
    assert [file.name for file in files] == ["export.ZIP/2022/att.csv", "export.ZIP/staff.csv"]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("students.csv", ["students.csv"]),
        ("Students.csv", []),
        ("att.csv", ["2023/att.csv", "2024/att.csv", "export.ZIP/2022/att.csv"]),
        ("2022/att.csv", ["export.ZIP/2022/att.csv"]),
        ("202[34]/*.csv", ["2023/att.csv", "2024/att.csv"]),
        ("export.ZIP/*", ["export.ZIP/2022/att.csv", "export.ZIP/staff.csv"]),
        ("marks.csv", ["marks.csv.gz"]),
        ("marks.csv.gz", ["marks.csv.gz"]),
        ("marks", []),
    ],
)
def test_a_pattern_means_files_by_name_or_last_part_also_compressed(
    place: Path, pattern: str, names: list[str]
) -> None:
    assert [file.name for file in matching_files(files_in(place), pattern)] == names


def test_every_file_is_opened_to_its_plain_bytes_and_nothing_is_written(place: Path) -> None:
    before = tree(place.parent)
    for file in files_in(place):
        with file.open() as plain:
            assert plain.read() == CSV
    assert tree(place.parent) == before


def test_a_digest_is_of_what_is_on_disk_and_for_a_zips_entry_of_its_plain_bytes(place: Path) -> None:
    digests = {file.name: digest_of(file) for file in files_in(place)}
    plain = hashlib.sha256(CSV).hexdigest()
    assert digests["students.csv"] == digests["export.ZIP/staff.csv"] == plain
    assert digests["marks.csv.gz"] == hashlib.sha256((place / "marks.csv.gz").read_bytes()).hexdigest()


LINKS = {
    "a file": "outside.csv",
    "a folder": ".",
    "nothing": "gone.csv",
}


@pytest.mark.parametrize("target", LINKS.values(), ids=LINKS.keys())
def test_a_link_to_outside_or_to_nothing_is_refused(place: Path, target: str) -> None:
    (place / "2024" / "linked.csv").symlink_to(place.parent / target)
    with pytest.raises(DataRefused) as refused:
        files_in(place)
    expected = "expected a file, not a link to a place outside of the folder; put the file itself there"
    assert only_sentence(refused.value) == f"FILE06 2024/linked.csv: {expected}"


def test_a_link_to_another_file_of_the_folder_is_a_file_and_one_to_a_folder_is_not_followed(place: Path) -> None:
    (place / "latest.csv").symlink_to(place / "2024" / "att.csv")
    (place / "latest").symlink_to(place / "2024")
    (place / "2024" / "loop").symlink_to(place)
    assert [file.name for file in files_in(place) if "l" in file.name.split("/")[0]] == ["latest.csv"]


def test_a_folder_may_itself_be_a_link(place: Path) -> None:
    (place.parent / "link").symlink_to(place)
    assert len(files_in(place.parent / "link")) == 6


def test_a_pipe_is_no_file(place: Path) -> None:
    os.mkfifo(place / "pipe.csv")
    assert "pipe.csv" not in [file.name for file in files_in(place)]


@pytest.mark.parametrize("name", ["gone", "gone.zip", "students.csv"])
def test_a_place_that_is_neither_folder_nor_zip_is_refused(place: Path, name: str) -> None:
    with pytest.raises(Refused, match=r"no such folder or \.zip; expected one with a CSV file per table"):
        files_in(place / name)


def test_a_file_that_is_gone_is_refused(place: Path) -> None:
    (file,) = matching_files(files_in(place), "students.csv")
    file.path.unlink()
    with pytest.raises(DataRefused) as refused, file.open():
        pass
    expected = "expected a file that can be read, but the system says: No such file or directory"
    assert only_sentence(refused.value) == f"FILE01 students.csv: {expected}"
