"""What a run saw is kept for the next one: the same to the last bit as computed again, and never another run's."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from serving.scoring.kept_features import KeptFeatures

SEEN = pd.DataFrame(
    {"days_missed": [1 / 3, np.nan, 0.1 + 0.2], "failed": [2.0, 0.0, np.nan]},
    index=pd.Index(["a", "b", "ć"], dtype="str", name="student_key"),
)


@pytest.fixture
def kept(tmp_path: Path) -> KeptFeatures:
    """Features that are kept of one run."""
    found = KeptFeatures(tmp_path / "seen" / "harbor" / "off_track.arrow", b"definition")
    found.write("a run", SEEN)
    return found


def test_what_is_read_is_what_was_seen_to_the_last_bit(kept: KeptFeatures) -> None:
    found = kept.read("a run")
    assert found is not None
    pd.testing.assert_frame_equal(found, SEEN, check_exact=True)


def test_of_another_run_or_another_definition_nothing_is_read(kept: KeptFeatures) -> None:
    assert kept.read("another run") is None
    assert KeptFeatures(kept.path, b"another definition").read("a run") is None
    assert KeptFeatures(kept.path.with_name("nothing.arrow"), b"definition").read("a run") is None


def test_a_newer_run_takes_the_place_of_the_one_before(kept: KeptFeatures) -> None:
    kept.write("a newer run", SEEN.iloc[:1])
    newer = kept.read("a newer run")
    assert newer is not None
    assert len(newer) == 1
    assert kept.read("a run") is None


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.99])
def test_of_a_file_that_is_cut_off_nothing_is_read(kept: KeptFeatures, share: float) -> None:
    whole = kept.path.read_bytes()
    kept.path.write_bytes(whole[: int(share * len(whole))])
    assert kept.read("a run") is None


def test_where_no_file_can_be_written_the_run_goes_on(tmp_path: Path) -> None:
    (tmp_path / "seen").write_text("a file in the place of a folder")
    found = KeptFeatures(tmp_path / "seen" / "harbor" / "off_track.arrow", b"definition")
    found.write("a run", SEEN)
    assert found.read("a run") is None
