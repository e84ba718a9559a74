"""Parts of the year in a bundle: what was signed comes back, and what does not hold together is refused by name."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.bundle.bundle import Bundle, open_bundle, write_bundle
from models.bundle.canonical_json import canonical_json
from models.bundle.manifest import BundleRefused
from models.bundle.signing import KeyPair
from models.bundle.year_parts import JudgedWeek, ServedPart, describe_parts
from models.estimators.published_rule import fit_shares
from tests.models.bundle_examples import PROVENANCE, model_parts, rule_parts, sign_again
from tests.models.part_examples import AUTUMN, FIRST_WEEKS, PARTS, SPRING, all_rule, model_by_part, rule_by_part

Recorded = dict[str, Any]
Edit = Callable[[list[Recorded]], object]


@pytest.fixture(scope="module")
def by_part(tmp_path_factory: pytest.TempPathFactory, keys: KeyPair) -> Bundle:
    return write_bundle(tmp_path_factory.mktemp("parts"), model_by_part(), keys, PROVENANCE)


def edited(bundle: Bundle, keys: KeyPair, edit: Edit) -> Path:
    """A copy of the bundle with its parts edited, and signed again by its maker."""
    target = bundle.path.parent / "edited"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(bundle.path, target)
    content = json.loads((target / "parts.json").read_bytes())
    edit(content["parts"])
    (target / "parts.json").write_bytes(canonical_json(content))
    sign_again(target, keys)
    return target


def test_an_opened_bundle_has_the_parts_that_were_written(by_part: Bundle, keys: KeyPair) -> None:
    opened = open_bundle(by_part.path, keys.public_key)
    assert opened.parts == PARTS
    assert json.loads((by_part.path / "manifest.json").read_bytes())["format"] == 3


def test_the_card_says_what_serves_when(by_part: Bundle, written: Bundle) -> None:
    says = "The San Francisco rule for incoming ninth graders until week 10; the model from week 11 on."
    assert says in by_part.card
    assert "| spring | 21 to 40 | the model | pass | 24, 30, 36 |" in by_part.card
    assert "no model gives a risk" in by_part.card
    assert written.card == "# A card\n"


def test_what_serves_when_is_said_in_a_few_words() -> None:
    late = replace(SPRING, serves="rule", verdict="fail")
    rule = "the San Francisco rule for incoming ninth graders"
    assert describe_parts((FIRST_WEEKS, AUTUMN, late)) == (
        f"{rule} until week 10; the model from week 11 to 20; the published rule from week 21 on"
    )
    assert describe_parts((AUTUMN, SPRING)) == "the model all year"


def test_a_bundle_of_the_rule_has_a_rule_in_each_part(tmp_path: Path, keys: KeyPair) -> None:
    opened = write_bundle(tmp_path, rule_by_part(), keys, PROVENANCE)
    assert [part.serves for part in opened.parts] == ["rule"] * 3
    signals = np.array([0.0, 1.0, 2.0, 5.0, np.nan])
    assert np.array_equal(opened.parts[0].rule.risk(signals), FIRST_WEEKS.rule.risk(signals))


def test_ranges_come_back_as_they_were_signed(tmp_path: Path, keys: KeyPair) -> None:
    rule = fit_shares(np.repeat([0.0, 1.0], 40), np.arange(80) % 4 == 0, np.arange(80).astype("str"))
    first, *later = all_rule()
    first = replace(first, rule=rule, numbers=False, ranges=((0.1, 0.5),) * len(rule.counts))
    assert write_bundle(tmp_path, rule_by_part((first, *later)), keys, PROVENANCE).parts == (first, *later)


def test_a_bundle_made_before_there_were_parts_opens_and_has_none(written: Bundle, keys: KeyPair) -> None:
    assert open_bundle(written.path, keys.public_key).parts == ()
    assert json.loads((written.path / "manifest.json").read_bytes())["format"] == 2
    assert not (written.path / "parts.json").exists()


def test_one_flipped_bit_of_the_parts_is_refused(by_part: Bundle, keys: KeyPair) -> None:
    target = by_part.path.parent / "flipped"
    shutil.copytree(by_part.path, target)
    content = bytearray((target / "parts.json").read_bytes())
    content[len(content) // 2] ^= 1
    (target / "parts.json").write_bytes(content)
    with pytest.raises(BundleRefused, match=r"parts\.json"):
        open_bundle(target, keys.public_key)


def test_a_folder_without_its_parts_does_not_serve_the_model_all_year(by_part: Bundle, keys: KeyPair) -> None:
    target = by_part.path.parent / "without"
    shutil.copytree(by_part.path, target)
    (target / "parts.json").unlink()
    manifest = json.loads((target / "manifest.json").read_bytes())
    del manifest["files"]["parts.json"]
    (target / "manifest.json").write_bytes(canonical_json(manifest))
    sign_again(target, keys)
    with pytest.raises(BundleRefused, match=r"parts\.json: not as format 3 has it"):
        open_bundle(target, keys.public_key)


EDITS: dict[str, tuple[Edit, str]] = {
    "overlap": (lambda parts: parts[1].update(from_week=10), "'autumn' begins in week 10, not after 'first_weeks'"),
    "gap": (lambda parts: parts[2].update(from_week=22), "'spring' begins in week 22, not after 'autumn'"),
    "nothing": (lambda parts: parts.clear(), "one part or more"),
    "one name twice": (lambda parts: parts[2].update(name="autumn"), "a name of its own"),
    "backwards": (lambda parts: parts[0].update(from_week=11, weeks=[]), "'first_weeks' ends before it begins"),
    "a model that failed": (lambda parts: parts[1].update(verdict="fail"), "judged and passed; found fail"),
    "a model that nobody judged": (lambda parts: parts[1].update(weeks=[]), "serves where it was judged"),
    "a verdict that is none": (lambda parts: parts[0].update(verdict="perhaps"), "not_enough_evidence"),
    "no part with the model": (
        lambda parts: [part.update(serves="rule") for part in parts], "of kind 'model' has a part with the model"
    ),
    "a week elsewhere": (lambda parts: parts[0]["weeks"].append(parts[1]["weeks"][0]), "within 1-10"),
    "weeks that fall": (lambda parts: parts[0]["weeks"].reverse(), "its judged weeks must rise"),
    "no such day": (lambda parts: parts[0]["weeks"][0].update(latest="09-31"), "weeks"),
    "a word too many": (lambda parts: parts[0].update(since=3), "since"),
    "a share above 1": (lambda parts: parts[0]["rule"].update(shares=[0.1, 0.4, 1.5]), "share"),
    "no rule": (lambda parts: parts[0].update(rule={}), "a rule"),
    "a rule that answers otherwise": (
        lambda parts: parts[0]["rule"].update(shares=[0.1, 0.4, 0.6]), "the risk differs by"
    ),
    "ranges beside numbers": (lambda parts: parts[0].update(ranges=[[0.1, 0.9]] * 3), "in the place of numbers"),
    "ranges of a rule with nothing behind it": (
        lambda parts: parts[0].update(numbers=False, ranges=[[0.1, 0.9]] * 3), "a rule has all or none of"
    ),
    "an unknown feature set": (lambda parts: parts[0].update(feature_set="gone"), "no feature set 'gone' here"),
    "the rule of another set": (lambda parts: parts[0].update(feature_set="grade9"), "another way here: the published"),
    "another definition": (lambda parts: parts[0].update(definition="0" * 16), "another way here: the published rule"),
}  # fmt: skip


@pytest.mark.parametrize("case", EDITS)
def test_parts_that_do_not_hold_together_are_refused_and_the_file_named(
    by_part: Bundle, keys: KeyPair, case: str
) -> None:
    edit, says = EDITS[case]
    with pytest.raises(BundleRefused, match=r"parts\.json") as refused:
        open_bundle(edited(by_part, keys, edit), keys.public_key)
    assert says in str(refused.value)


@pytest.mark.parametrize("feature_set", ["grades6_8", "grades10_12 by attendance_works"])
def test_a_rule_of_another_cohort_is_refused(by_part: Bundle, keys: KeyPair, feature_set: str) -> None:
    other = replace(FIRST_WEEKS, feature_set=feature_set)
    with pytest.raises(BundleRefused, match=r"parts\.json: .* has other students than 'grade9'"):
        write_bundle(by_part.path.parent, model_by_part((other, AUTUMN, SPRING)), keys, PROVENANCE)


def test_parts_that_do_not_belong_to_the_kind_are_not_written(tmp_path: Path, keys: KeyPair) -> None:
    for parts in (rule_by_part(PARTS), model_by_part(all_rule())):
        with pytest.raises(ValueError, match="a bundle of kind"):
            write_bundle(tmp_path, parts, keys, PROVENANCE)
    unknown: tuple[ServedPart, ...] = (replace(FIRST_WEEKS, feature_set="gone"), AUTUMN, SPRING)
    with pytest.raises(ValueError, match="no feature set 'gone' can serve"):
        write_bundle(tmp_path, model_by_part(unknown), keys, PROVENANCE)
    with pytest.raises(BundleRefused, match="computed in another way"):
        write_bundle(tmp_path, replace(model_parts(), parts=PARTS), keys, PROVENANCE)
    assert list(tmp_path.glob("[!.]*")) == []


def test_parts_change_the_digest(tmp_path: Path, keys: KeyPair) -> None:
    without, by_rule = replace(rule_by_part(), parts=()), rule_by_part()
    digests = {write_bundle(tmp_path, parts, keys, PROVENANCE).digest for parts in (without, by_rule, rule_parts())}
    assert len(digests) == 3


def test_a_judged_week_is_between_days_of_a_year() -> None:
    with pytest.raises(ValueError, match="month"):
        JudgedWeek(5, "13-01", "13-02")
