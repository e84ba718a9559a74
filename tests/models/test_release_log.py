"""The release log and its pointer: they survive processes that die, and nothing is taken out unnoticed."""

import json
from pathlib import Path
from threading import Thread

import pytest

from models.releases import ReleaseRefused, current_release, release_log
from tests.models.bundle_examples import rule_parts
from tests.models.release_examples import KEY, promoted, rolled_back, written


def test_the_log_only_grows(home: Path) -> None:
    path = KEY.folder(home) / "log.jsonl"
    before = b""
    for parts in (rule_parts(), rule_parts(card="# 2\n"), rule_parts(card="# 3\n")):
        promoted(home, written(home, parts))
        assert path.read_bytes().startswith(before)
        assert path.read_bytes() != before
        before = path.read_bytes()
    rolled_back(home)
    assert path.read_bytes().startswith(before)


def test_a_pointer_written_halfway_by_a_dying_process_does_not_count(home: Path) -> None:
    first = promoted(home, written(home, rule_parts()))
    (KEY.folder(home) / ".current.json.writing").write_text('{"sequence": 7, "dig')
    assert current_release(home, KEY) == first
    second = promoted(home, written(home, rule_parts(card="# 2\n")))
    assert current_release(home, KEY) == second


@pytest.mark.parametrize("pointer", [None, b"", b'{"sequence":'])
def test_a_lost_pointer_comes_back_from_the_log(home: Path, pointer: bytes | None) -> None:
    release = promoted(home, written(home, rule_parts()))
    path = KEY.folder(home) / "current.json"
    path.unlink() if pointer is None else path.write_bytes(pointer)
    assert current_release(home, KEY) == release


def test_a_process_that_dies_between_log_and_pointer_has_released(home: Path) -> None:
    promoted(home, written(home, rule_parts()))
    old_pointer = (KEY.folder(home) / "current.json").read_bytes()
    second = promoted(home, written(home, rule_parts(card="# 2\n")))
    (KEY.folder(home) / "current.json").write_bytes(old_pointer)
    assert current_release(home, KEY) == second


def test_a_log_line_that_a_dying_process_left_unfinished_never_happened(home: Path) -> None:
    first = promoted(home, written(home, rule_parts()))
    with (KEY.folder(home) / "log.jsonl").open("ab") as file:
        file.write(b'{"sequence":2,"action":"promo')
    assert current_release(home, KEY) == first
    second = promoted(home, written(home, rule_parts(card="# 2\n")))
    assert release_log(home, KEY) == (first, second)
    assert current_release(home, KEY) == second


def test_a_line_taken_out_of_the_log_is_noticed_while_the_pointer_still_serves(home: Path) -> None:
    for i in range(3):
        promoted(home, written(home, rule_parts(card=f"# {i}\n")))
    serving, path = current_release(home, KEY), KEY.folder(home) / "log.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    assert current_release(home, KEY) == serving
    with pytest.raises(ReleaseRefused, match="release 2 is missing"):
        release_log(home, KEY)
    path.write_bytes(lines[0])
    with pytest.raises(ReleaseRefused, match="ends before release 3"):
        promoted(home, written(home, rule_parts()))


def test_promotions_at_the_same_time_are_logged_one_after_another(home: Path) -> None:
    bundles = [written(home, rule_parts(card=f"# {i}\n")) for i in range(6)]
    threads = [Thread(target=promoted, args=(home, bundle)) for bundle in bundles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    releases = release_log(home, KEY)
    assert {release.digest for release in releases} == {bundle.digest for bundle in bundles}
    pairs = zip(releases[1:], releases, strict=False)
    assert all(release.previous_digest == before.digest for release, before in pairs)
    assert json.loads((KEY.folder(home) / "current.json").read_bytes())["sequence"] == 6
