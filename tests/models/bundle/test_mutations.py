"""Mutations of a valid bundle, some three hundred in full: none opens, no process dies of one, none answers otherwise.

Here half of them are tried, and the edited trees asked in one child that forks; `make mutations` opens every one as a
server would.
"""

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from models.bundle import bundle as bundle_module
from models.bundle.bundle import Bundle, open_bundle, write_bundle
from models.bundle.golden_process import ROOT
from models.bundle.manifest import BundleRefused
from models.bundle.signing import KeyPair, ensure_keys
from models.bundle.tree_structure import parse_trees
from tests.models.bundle.tree_edits import EDITS, edited
from tests.models.bundle_examples import model_parts, sign_again
from tests.models.row_examples import DICTIONARY
from tests.sweeps import swept

FLIPS, CUTS, ASKED = (120, 60, 16) if swept("mutations") else (64, 32, 8)
"""Changes of a file, and edits of each kind that are asked."""
EDITED = ASKED * len(EDITS)
OPENED = EDITED if swept("mutations") else len(EDITS)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    return ensure_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, keys: KeyPair) -> Bundle:
    return write_bundle(tmp_path_factory.mktemp("bundles"), model_parts(), keys, {})


@pytest.fixture
def copy(written: Bundle, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written.path, tmp_path / "copy"))


def refused_unread(copy: Path, keys: KeyPair, file: Path, content: bytes) -> None:
    """A file changed, refused, and put back."""
    before = file.read_bytes()
    file.write_bytes(content)
    with pytest.raises(BundleRefused):
        open_bundle(copy, keys.public_key)
    file.write_bytes(before)


def read_nothing(*_: object) -> None:
    pytest.fail("a changed bundle was read")


def test_every_flip_and_cut_is_refused_before_anything_is_parsed(
    copy: Path, keys: KeyPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_module, "decode_bundle", read_nothing)
    rng, files = random.Random(1), sorted(copy.iterdir())
    for number in range(FLIPS + CUTS):
        file = files[number % len(files)]
        content = bytearray(file.read_bytes())
        at = rng.randrange(len(content))
        if number < FLIPS:
            content[at] ^= 1 << rng.randrange(8)
        refused_unread(copy, keys, file, bytes(content) if number < FLIPS else bytes(content[:at]))


def test_every_edited_tree_is_stopped_by_its_shape_or_its_golden_predictions(written: Bundle) -> None:
    text = (written.path / "model.txt").read_text()
    texts = [edited(text, number) for number in range(EDITED)]
    assert text not in texts
    shaped = [one for one in texts if has_shape(one)]
    answers = asked(written.path, shaped)
    assert EDITED / 3 < len(answers) < EDITED
    assert {one for one in answers if one != "caught"} == set()


@pytest.mark.parametrize("number", range(OPENED))
def test_an_edited_model_that_was_hashed_and_signed_again_does_not_open(copy: Path, keys: KeyPair, number: int) -> None:
    model = copy / "model.txt"
    model.write_text(edited(model.read_text(), number))
    sign_again(copy, keys)
    with pytest.raises(BundleRefused, match=r"model\.txt: (damaged before it was signed|golden predictions)"):
        open_bundle(copy, keys.public_key)


def has_shape(text: str) -> bool:
    """Whether the structural check lets a text pass."""
    try:
        parse_trees(text, DICTIONARY)
    except ValueError:
        return False
    return True


def asked(folder: Path, texts: list[str]) -> list[str]:
    """What becomes of each text when it is asked as a server would."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.models.bundle.mutation_child", str(folder)],
        input=json.dumps(texts), capture_output=True, text=True, check=True, cwd=ROOT, timeout=300,
    )  # fmt: skip
    answers: list[str] = json.loads(child.stdout.splitlines()[-1])  # LightGBM may warn above it
    return answers
