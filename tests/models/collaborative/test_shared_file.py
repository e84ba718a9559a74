"""A shared file is taken as the district signed it, or not at all."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.collaborative.shared_figures import GroupCounts, Share, SharedFigures
from models.collaborative.shared_file import (
    SharedFileRefused,
    fingerprint,
    parsed,
    read_shared,
    signed_content,
    write_shared,
)
from models.collaborative.shared_file import check_signature as checked
from tests.models.collaborative.drawn_figures import figures, keys_of

FIGURES = figures()
MEMBERS = {one: keys_of(one).public_key for one in ("district01", "district02")}
(BAND,) = figures(1).calibration
CONTENT = signed_content(FIGURES, keys_of("district01"))


def written(folder: Path, one: SharedFigures, signer: str = "district01") -> Path:
    """The file of some figures, signed by a district."""
    path = folder / "a.shared.json"
    path.write_bytes(signed_content(one, keys_of(signer)))
    return path


def test_what_a_district_writes_is_what_the_office_reads(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.shared.json"
    write_shared(path, FIGURES, keys_of("district01"))
    assert read_shared(path, MEMBERS, least=11) == FIGURES


@given(at=st.integers(0, len(CONTENT) - 1), other=st.integers(0, 255))
def test_any_changed_byte_is_refused(at: int, other: int) -> None:
    if other == CONTENT[at]:
        return
    changed = CONTENT[:at] + bytes([other]) + CONTENT[at + 1 :]
    with pytest.raises(SharedFileRefused):
        read_back(changed)


@given(more=st.binary(min_size=1, max_size=3), at=st.sampled_from([0, 1, len(CONTENT) // 2, len(CONTENT)]))
def test_bytes_more_are_refused(more: bytes, at: int) -> None:
    with pytest.raises(SharedFileRefused):
        read_back(CONTENT[:at] + more + CONTENT[at:])


def read_back(content: bytes) -> None:
    """Reads a content as that of the first district."""
    one, key, signature = parsed(Path("a"), content)
    checked(Path("a"), one, key=key, signature=signature, public_key=MEMBERS["district01"])


def test_a_district_that_is_no_member_is_refused_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, figures(3), "district03")
    with pytest.raises(
        SharedFileRefused, match=r"'district03', which is no member in ontrack\.toml; members are distri"
    ):
        read_shared(path, MEMBERS, least=11)


def test_a_member_cannot_sign_for_another(tmp_path: Path) -> None:
    path = written(tmp_path, FIGURES, signer="district02")
    known = fingerprint(MEMBERS["district01"])
    with pytest.raises(SharedFileRefused, match=f"signed with key .*; the key of district01 .* is {known}"):
        read_shared(path, MEMBERS, least=11)


def test_figures_of_a_smaller_smallest_group_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SharedFileRefused, match="smallest group of 5; the collaborative's is 11"):
        read_shared(written(tmp_path, replace(FIGURES, least=5)), MEMBERS, least=11)


@pytest.mark.parametrize(
    "told",
    [
        {"shares": {"on_track": Share(1590, 1600)}},
        {"shares": {"right": Share(40, 80)}},
        {"groups": {"sex": (GroupCounts("X", 30, 4, 4, 2),)}},
        {"students": 9},
        {"shares": {"on_track": Share(1400, 1600)}, "groups": {}},  # bands of risk, and no lists beside them
        {"calibration": (replace(BAND, n=BAND.n - 4, off_track=BAND.off_track - 2),)},
    ],
)
def test_a_file_that_tells_of_few_students_is_neither_written_nor_taken(
    tmp_path: Path, told: dict[str, object]
) -> None:
    one = figures(1, **told)
    with pytest.raises(SharedFileRefused):
        write_shared(tmp_path / "b", one, keys_of("district01"))
    assert not (tmp_path / "b").exists()
    with pytest.raises(SharedFileRefused, match="tells more"):
        read_shared(written(tmp_path, one), MEMBERS, least=11)


def test_another_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(SharedFileRefused, match="format 2; this version reads 1"):
        read_shared(written(tmp_path, replace(FIGURES, format=2)), MEMBERS, least=11)
