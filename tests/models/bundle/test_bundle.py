"""The bundle: what was changed after signing is refused, and what was damaged before it never answers silently."""

import ast
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.definitions.grade9 import NinthGrade
from models.bundle import bundle as bundle_module
from models.bundle.bundle import Bundle, BundleParts, open_bundle, write_bundle
from models.bundle.golden_process import ROOT
from models.bundle.manifest import BundleRefused
from models.bundle.signing import KeyPair, ensure_keys
from models.estimators.published_rule import RuleModel
from models.estimators.risk_model import RiskModel
from models.feature_dictionary import Entry, FeatureDictionary, dictionary_of
from tests.models.bundle_examples import (
    FAIL,
    PASS,
    PROVENANCE,
    made_model,
    made_rule,
    model_parts,
    rule_parts,
    sign_again,
)
from tests.models.row_examples import DICTIONARY, made_examples

FILES = (
    "calibrator.json card.md features.json gate.json golden.json manifest.json metrics.json model.sig "
    "model.txt provenance.json"
).split()


def test_an_opened_bundle_scores_as_the_model_that_was_written(written: Bundle, keys: KeyPair) -> None:
    opened = open_bundle(written.path, keys.public_key)
    features = made_examples(200, seed=3).features
    assert isinstance(opened.scorer, RiskModel)
    assert np.array_equal(opened.scorer.risk(features), made_model().risk(features))
    assert opened.dictionary == DICTIONARY
    assert (opened.kind, opened.card, opened.gate) == ("model", "# A card\n", PASS)
    assert opened.metrics == model_parts().metrics
    assert sorted(file.name for file in opened.path.iterdir()) == FILES
    assert opened.path.name == opened.digest[:16]


def test_an_opened_rule_gives_the_written_shares(tmp_path: Path, keys: KeyPair) -> None:
    opened = write_bundle(tmp_path, rule_parts(), keys, PROVENANCE)
    signals = np.array([0.0, 1.0, 2.0, 7.0, np.nan])
    assert isinstance(opened.scorer, RuleModel)
    assert np.array_equal(opened.scorer.risk(signals), made_rule().risk(signals))
    assert opened.gate is None


OLD_RULE = b'{"counts": [0.0, 2.0], "n": [90, 10], "overall": 0.15, "shares": [0.1, 0.6]}'
OLD_GOLDEN = b'{"risk":[0.1,0.1,0.1,0.1,0.6,0.6,0.15],"signals":[-1.0,0.0,1.0,1.0,2.0,3.0,null]}'


def test_a_rule_bundled_before_rules_had_intervals_still_opens_and_answers(tmp_path: Path, keys: KeyPair) -> None:
    folder = write_bundle(tmp_path, rule_parts(), keys, PROVENANCE).path
    (folder / "rule.json").write_bytes(OLD_RULE)
    (folder / "golden.json").write_bytes(OLD_GOLDEN)
    sign_again(folder, keys)
    opened = open_bundle(folder, keys.public_key).scorer
    assert isinstance(opened, RuleModel)
    assert opened.risk(np.array([0.0, 2.0, np.nan])).tolist() == [0.1, 0.6, 0.15]
    assert opened.similar_students(np.array([2.0]), least=11) == [None]


@pytest.mark.parametrize("changed", ["shares", "low"])
def test_a_rule_whose_shares_or_intervals_were_changed_before_it_was_signed_is_refused(
    tmp_path: Path, keys: KeyPair, changed: str
) -> None:
    folder = write_bundle(tmp_path, rule_parts(), keys, PROVENANCE).path
    rule = json.loads((folder / "rule.json").read_bytes())
    rule[changed][0] -= 0.001
    (folder / "rule.json").write_text(json.dumps(rule))
    sign_again(folder, keys)
    with pytest.raises(BundleRefused, match=r"golden predictions: the (risk|intervals) differs"):
        open_bundle(folder, keys.public_key)


def test_the_same_parts_give_the_same_digest_and_files_whoever_signs_and_whenever(
    tmp_path: Path, keys: KeyPair
) -> None:
    first = write_bundle(tmp_path / "first", rule_parts(FAIL), keys, PROVENANCE)
    others = ensure_keys(tmp_path / "keys")
    second = write_bundle(tmp_path / "second", rule_parts(FAIL), others, {"created_at": "2027-01-01", "code": "def"})
    assert first.digest == second.digest
    differing = {f.name for f in first.path.iterdir() if f.read_bytes() != (second.path / f.name).read_bytes()}
    assert differing == {"provenance.json", "model.sig"}


def test_another_part_gives_another_digest(tmp_path: Path, keys: KeyPair) -> None:
    digests = {
        write_bundle(tmp_path, parts, keys, PROVENANCE).digest
        for parts in (rule_parts(), rule_parts(PASS), rule_parts(card="# Other\n"), replace(rule_parts(), name="x"))
    }
    assert len(digests) == 4


def test_writing_the_same_parts_again_leaves_what_is_there(tmp_path: Path, keys: KeyPair) -> None:
    first = write_bundle(tmp_path, rule_parts(), keys, PROVENANCE)
    before = {f.name: f.stat().st_mtime_ns for f in first.path.iterdir()}
    again = write_bundle(tmp_path, rule_parts(), keys, {"created_at": "later"})
    assert again == first
    assert {f.name: f.stat().st_mtime_ns for f in first.path.iterdir()} == before
    assert [folder.name for folder in tmp_path.iterdir()] == [first.path.name]


def test_parts_that_do_not_belong_together_leave_nothing_behind(tmp_path: Path, keys: KeyPair) -> None:
    for parts in (replace(model_parts(), model=None), replace(rule_parts(), model=made_model())):
        with pytest.raises(ValueError, match="holds one"):
            write_bundle(tmp_path, parts, keys, PROVENANCE)
    with pytest.raises(ValueError, match="JSON compliant"):
        write_bundle(tmp_path, replace(rule_parts(), metrics={"auc": float("nan")}), keys, PROVENANCE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_bit_in_any_file_is_refused_and_the_file_named(copy: Path, keys: KeyPair, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(BundleRefused, match=name):
        open_bundle(copy, keys.public_key)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_and_named(copy: Path, keys: KeyPair, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(BundleRefused, match=f"{name}: missing|Missing files in model .*{name}"):
        open_bundle(copy, keys.public_key)


@pytest.mark.parametrize("name", FILES)
def test_a_symlink_in_place_of_a_file_is_refused(copy: Path, keys: KeyPair, written: Bundle, name: str) -> None:
    (copy / name).unlink()
    (copy / name).symlink_to(written.path / name)
    with pytest.raises(BundleRefused, match=f"{name}: expected a plain file"):
        open_bundle(copy, keys.public_key)


def test_a_symlink_to_a_bundle_is_refused(tmp_path: Path, keys: KeyPair, written: Bundle) -> None:
    (tmp_path / "link").symlink_to(written.path, target_is_directory=True)
    with pytest.raises(BundleRefused, match="no such folder"):
        open_bundle(tmp_path / "link", keys.public_key)


@pytest.mark.parametrize("name", ["sitecustomize.py", "model.pkl", ".hidden"])
def test_an_extra_file_is_refused_and_named(copy: Path, keys: KeyPair, name: str) -> None:
    (copy / name).write_text("pass\n")
    with pytest.raises(BundleRefused, match=f"changed after signing: .*{name}"):
        open_bundle(copy, keys.public_key)


def test_an_extra_folder_is_refused(copy: Path, keys: KeyPair) -> None:
    (copy / "code").mkdir()
    with pytest.raises(BundleRefused, match="code: expected a plain file"):
        open_bundle(copy, keys.public_key)


def test_a_bundle_signed_by_another_key_is_refused(copy: Path, keys: KeyPair, tmp_path: Path) -> None:
    sign_again(copy, ensure_keys(tmp_path))
    with pytest.raises(BundleRefused, match="another installation"):
        open_bundle(copy, keys.public_key)


def test_no_part_of_a_bundle_is_a_pickle_and_no_module_of_it_imports_one(written: Bundle) -> None:
    for file in written.path.iterdir():
        assert file.suffix in {".txt", ".json", ".md"} or file.name == "model.sig"
        assert not file.read_bytes().startswith(b"\x80")
    for module in sorted((ROOT / "models").rglob("*.py")):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not {name.partition(".")[0] for name in imported} & {"pickle", "joblib", "cloudpickle", "skops"}


def over_ninth_grade(dictionary: FeatureDictionary) -> BundleParts:
    """A rule's bundle over the features of a real feature set."""
    return replace(rule_parts(), feature_set="grade9", dictionary=dictionary)


def test_a_bundle_whose_features_are_computed_otherwise_here_is_refused_before_its_scorer_is_read(
    tmp_path: Path, keys: KeyPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = dictionary_of(NinthGrade)
    assert write_bundle(tmp_path, over_ninth_grade(here), keys, PROVENANCE).digest
    monkeypatch.setattr(bundle_module, "decode_scorer", lambda *_: pytest.fail("the scorer was read"))
    first, *others = here.entries
    other = replace(here, entries=(replace(first, fingerprint="another"), *others))
    with pytest.raises(BundleRefused, match=rf"features\.json: computed in another way here: {first.name}; train"):
        write_bundle(tmp_path, over_ninth_grade(other), keys, PROVENANCE)
    with pytest.raises(BundleRefused, match="computed in another way here: the published rule"):
        write_bundle(tmp_path, over_ninth_grade(replace(here, rule="another")), keys, PROVENANCE)
    gone = replace(here, entries=(*here.entries, Entry("a_feature_that_is_gone")))
    with pytest.raises(BundleRefused, match="a_feature_that_is_gone"):
        write_bundle(tmp_path, over_ninth_grade(gone), keys, PROVENANCE)
    with pytest.raises(BundleRefused, match="no feature set 'gone' here"):
        write_bundle(tmp_path, replace(over_ninth_grade(here), feature_set="gone"), keys, PROVENANCE)
