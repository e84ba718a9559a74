"""A damaged model never answers silently: not by its text, and not by its golden predictions."""

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.bundle import bundle as bundle_module
from models.bundle import golden_predictions as golden
from models.bundle import golden_process
from models.bundle.bundle import Bundle, open_bundle
from models.bundle.golden_process import OPEN, ROOT, check_in_child_process, check_in_own_process, one_process
from models.bundle.manifest import BundleRefused
from models.bundle.signing import KeyPair
from models.bundle.tree_structure import parse_trees
from tests.models.bundle_examples import (
    made_model,
    sign_again,
)
from tests.models.row_examples import DICTIONARY, made_examples
from tests.sweeps import swept

CHANGED = 200 if swept("mutations") else 100
"""Characters that are changed, one in each text."""


def test_a_truncated_model_is_refused_before_its_signature_is_renewed_and_after(copy: Path, keys: KeyPair) -> None:
    text = (copy / "model.txt").read_bytes()
    (copy / "model.txt").write_bytes(text[: len(text) // 2])
    with pytest.raises(BundleRefused, match=r"changed after signing: .*model\.txt"):
        open_bundle(copy, keys.public_key)
    sign_again(copy, keys)
    with pytest.raises(BundleRefused, match=r"model\.txt: damaged before it was signed"):
        open_bundle(copy, keys.public_key)


def a_child_out_of_range(text: str) -> str:
    return text.replace("left_child=", "left_child=99", 1)


def a_circle(text: str) -> str:
    line = text[text.index("left_child=") :].partition("\n")[0]
    children = line.removeprefix("left_child=").split()
    return text.replace(line, "left_child=" + " ".join(["0", *children[1:]]), 1)


def another_objective(text: str) -> str:
    return text.replace("num_class=1", "num_class=3", 1)


def a_tree_less(text: str) -> str:
    return text.replace("\nTree=1\n", "\nTree=9\n", 1)


def a_feature_too_many(text: str) -> str:
    line = text[text.index("split_feature=") :].partition("\n")[0]
    return text.replace(line, "split_feature=" + " ".join(["7", *line.partition("=")[2].split()[1:]]), 1)


@pytest.mark.parametrize("damage", [a_child_out_of_range, a_circle, another_objective, a_tree_less, a_feature_too_many])
def test_a_signed_model_that_is_not_trees_is_refused_before_lightgbm_reads_it(
    copy: Path, keys: KeyPair, damage: Callable[[str], str]
) -> None:
    text = (copy / "model.txt").read_text()
    assert damage(text) != text
    (copy / "model.txt").write_text(damage(text))
    sign_again(copy, keys)
    with pytest.raises(BundleRefused, match=r"model\.txt: damaged before it was signed"):
        open_bundle(copy, keys.public_key)


def test_a_signed_model_with_another_leaf_value_does_not_get_past_its_golden_predictions(
    copy: Path, keys: KeyPair
) -> None:
    text = (copy / "model.txt").read_text()
    at = text.index("leaf_value=") + len("leaf_value=")
    at = text.index(".", at) + 1
    (copy / "model.txt").write_text(text[:at] + str((int(text[at]) + 5) % 10) + text[at + 1 :])
    sign_again(copy, keys)
    with pytest.raises(BundleRefused, match=r"model\.txt: golden predictions: the margin differs by"):
        open_bundle(copy, keys.public_key)


def test_a_model_that_kills_its_process_does_not_kill_this_one(copy: Path) -> None:
    text = (copy / "model.txt").read_text()
    (copy / "model.txt").write_text(text[: len(text) // 2])
    assert check_in_child_process(copy) != ""
    assert check_in_own_process(copy) != ""


def test_one_process_asks_on_after_a_model_that_was_wrong_and_after_one_that_killed_it(
    written: Bundle, copy: Path
) -> None:
    text = (copy / "model.txt").read_text()
    with one_process():
        (copy / "model.txt").write_text(text[: len(text) // 2])
        assert check_in_child_process(copy) != ""
        asking = OPEN[-1].process
        assert asking
        assert check_in_child_process(written.path) == ""
        assert OPEN[-1].process is asking
        asking.kill()
        asking.wait()
        assert check_in_child_process(written.path) == ""
        assert OPEN[-1].process is not asking


def test_a_fork_that_hangs_or_ends_by_itself_is_told_as_a_process_is(
    written: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    for does, told in (
        ("time.sleep(60)", golden_process.LATE),
        ("os.abort()", "the process that asked it ended with -6"),
    ):
        program = f"""
import os, time
from models.bundle import golden_predictions as asking
asking.SECONDS = 1
asking.main = lambda folder: {does}
print(asking.ask_in_a_fork({str(written.path)!r}))
"""
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=120)
        assert done.stdout.strip() == told, done.stderr


def test_a_model_is_asked_once_for_each_host(
    copy: Path, keys: KeyPair, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-python"))
    assert open_bundle(copy, keys.public_key).digest
    monkeypatch.setattr(bundle_module, "host_versions", lambda: ["another host"])
    with one_process(), pytest.raises(FileNotFoundError):
        open_bundle(copy, keys.public_key)


def test_of_many_changed_characters_none_kills_the_asking_process_and_none_changes_a_risk_silently(
    written: Bundle,
) -> None:
    text = (written.path / "model.txt").read_text()
    readable = [damaged for damaged in map(damaged_texts(text), range(CHANGED)) if has_shape(damaged)]
    asked = subprocess.run(
        [sys.executable, "-m", "tests.models.bundle.mutation_child", str(written.path)],
        input=json.dumps(readable),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=200,
    )
    answers = json.loads(asked.stdout.splitlines()[-1])  # LightGBM may warn above it
    assert CHANGED / 10 < len(answers) < CHANGED * 0.9  # the shape check alone stops the others
    assert set(answers) == {"same", "caught"}
    assert answers.count("caught") >= 5


def damaged_texts(text: str) -> Callable[[int], str]:
    """A text with one character changed, by number."""

    def damaged(number: int) -> str:
        rng = random.Random(number)
        at = rng.randrange(len(text))
        return text[:at] + rng.choice([c for c in "0123456789-. e=\nx" if c != text[at]]) + text[at + 1 :]

    return damaged


def has_shape(text: str) -> bool:
    try:
        parse_trees(text, DICTIONARY)
    except ValueError:
        return False
    return True


def test_golden_rows_are_no_students_and_reach_every_leaf(written: Bundle) -> None:
    expected = golden.parse_golden((written.path / "golden.json").read_bytes())
    rows = golden.golden_frame(expected, DICTIONARY)
    learned = made_examples(900).matrix()
    drawn = DICTIONARY.encode(rows)
    assert not any((np.isclose(learned, row, equal_nan=True)).all(axis=1).any() for row in drawn)
    booster = made_model().booster
    leaves = np.asarray(booster.predict(drawn, pred_leaf=True))
    reached = sum(len(np.unique(leaves[:, tree])) for tree in range(leaves.shape[1]))
    assert reached == booster.trees_to_dataframe()["left_child"].isna().sum()
