"""Releases: the gate decides what may serve, and each one is noted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from models.bundle.bundle import write_bundle
from models.bundle.manifest import BundleRefused
from models.bundle.signing import ensure_keys
from models.release_checks import GateRefused, check_gate
from models.releases import (
    Approval,
    ReleaseKey,
    ReleaseRefused,
    current_release,
    make_release,
    release_log,
    rollback,
    verify_rollback,
)
from tests.models.bundle_examples import FAIL, OUTCOME, PASS, model_parts, rule_parts, sign_again
from tests.models.part_examples import model_by_part, rule_by_part
from tests.models.release_examples import ANA, KEY, NOW, promoted, rolled_back, written


def test_nothing_serves_before_a_promotion(home: Path) -> None:
    assert current_release(home, KEY) is None
    assert release_log(home, KEY) == ()


def test_a_model_with_a_pass_serves(home: Path) -> None:
    bundle = written(home, model_parts(PASS))
    local = NOW.astimezone(timezone(timedelta(hours=-8)))
    release = promoted(home, bundle, now=local)
    assert current_release(home, KEY) == release
    assert (release.release_id, release.digest, release.previous_digest) == ("harbor-0001", bundle.digest, None)
    assert (release.by, release.at, release.action) == ("ana", NOW, "promoted")
    assert release.bundle_path == bundle.path


@pytest.mark.parametrize("name", ["tess", " Tess ", "TESS"])
def test_who_trained_it_does_not_approve_it_too(home: Path, name: str) -> None:
    bundle = written(home, rule_parts())
    with pytest.raises(GateRefused, match="tess trained it and cannot approve it too") as refused:
        promoted(home, bundle, approval=Approval(name))
    assert refused.value.exit_code == 4
    assert current_release(home, KEY) is None
    alone = promoted(home, bundle, approval=Approval(name, alone=True))
    assert (alone.by, alone.trained_by, alone.alone) == (name.strip(), "tess", True)


def test_a_release_needs_a_name(home: Path) -> None:
    with pytest.raises(GateRefused, match="needs a name"):
        promoted(home, written(home, rule_parts()), approval=Approval(" "))


def test_going_back_to_what_another_release_replaced_meanwhile_is_refused(home: Path) -> None:
    for card in ("# one\n", "# two\n"):
        promoted(home, written(home, rule_parts(card=card)))
    key = ensure_keys(home / "keys").public_key
    verified = verify_rollback(home, KEY, public_key=key, approval=ANA)
    third = promoted(home, written(home, rule_parts(card="# three\n")))
    with pytest.raises(ReleaseRefused, match="another release was made meanwhile"):
        make_release(verified, NOW)
    assert current_release(home, KEY) == third


def test_going_back_needs_a_second_person_too(home: Path) -> None:
    for card in ("# one\n", "# two\n"):
        promoted(home, written(home, rule_parts(card=card)))
    key = ensure_keys(home / "keys").public_key
    with pytest.raises(GateRefused, match="cannot approve it too"):
        rollback(home, KEY, public_key=key, approval=Approval("tess"), now=NOW)


@pytest.mark.parametrize("verdict", ["fail", "not_enough_evidence", "PASS", "", None])
def test_a_model_without_a_pass_does_not_serve(home: Path, verdict: str | None) -> None:
    bundle = written(home, model_parts({**FAIL, "verdict": verdict}))
    with pytest.raises(GateRefused) as refused:
        promoted(home, bundle)
    assert f"verdict is {verdict}: calibration (risks are 9 in 100 too high)" in str(refused.value)
    assert "it does" not in str(refused.value)
    assert refused.value.exit_code == 4
    assert current_release(home, KEY) is None
    assert release_log(home, KEY) == ()


def test_a_model_without_a_gate_does_not_serve(home: Path) -> None:
    with pytest.raises(GateRefused, match=r"no gate\.json"):
        promoted(home, written(home, model_parts(None)))


@pytest.mark.parametrize("gate", [None, FAIL])
def test_a_rule_serves_whatever_the_gate_said_of_the_model(home: Path, gate: Mapping[str, object] | None) -> None:
    bundle = written(home, rule_parts(gate))
    assert promoted(home, bundle).digest == bundle.digest


@pytest.mark.parametrize("changed", [{"district_id": "mesa"}, {"outcome": "another"}])
@pytest.mark.parametrize("kind", ["model", "rule"])
def test_a_gate_of_another_district_or_outcome_is_refused(home: Path, changed: dict[str, str], kind: str) -> None:
    parts = model_parts if kind == "model" else rule_parts
    with pytest.raises(GateRefused, match=r"gate\.json is for"):
        promoted(home, written(home, parts({**PASS, **changed})))


@pytest.mark.parametrize("changed", [{"name": "another"}, {"grade_band": "6-8"}])
def test_a_bundle_made_for_another_outcome_or_grade_band_is_refused(home: Path, changed: dict[str, str]) -> None:
    parts = rule_parts()
    other = replace(parts, name=changed.get("name", parts.name), grade_band=changed.get("grade_band", "9"))
    with pytest.raises(GateRefused, match="made for"):
        promoted(home, written(home, other))


def test_a_gate_about_other_features_is_refused(home: Path) -> None:
    for features in ("0" * 16, ""):
        bundle = written(home, model_parts({**PASS, "features": features}))
        with pytest.raises(GateRefused, match=r"gate\.json is about other features than the bundle has; train again"):
            promoted(home, bundle)


def test_a_gate_rewritten_after_signing_is_refused(home: Path) -> None:
    bundle = written(home, model_parts(FAIL))
    gate = bundle.path / "gate.json"
    gate.write_bytes(gate.read_bytes().replace(b'"verdict":"fail"}', b'"verdict":"pass"}'))
    with pytest.raises(BundleRefused, match=r"gate\.json"):
        promoted(home, bundle)
    sign_again(bundle.path, ensure_keys(home / "other keys"))
    with pytest.raises(BundleRefused, match="another installation"):
        promoted(home, bundle)


def test_a_bundle_outside_the_home_is_refused(home: Path, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "elsewhere", rule_parts(), ensure_keys(home / "keys"), {})
    with pytest.raises(ReleaseRefused, match="move it there"):
        promoted(home, bundle)


def test_each_release_notes_what_it_replaced(home: Path) -> None:
    rule, model = written(home, rule_parts()), written(home, model_parts())
    promoted(home, rule)
    second = promoted(home, model)
    assert (second.release_id, second.previous_digest) == ("harbor-0002", rule.digest)
    assert [release.digest for release in release_log(home, KEY)] == [rule.digest, model.digest]


def test_promoting_what_serves_changes_nothing(home: Path) -> None:
    bundle = written(home, rule_parts())
    assert promoted(home, bundle) == promoted(home, bundle, now=NOW + timedelta(days=1))
    assert len(release_log(home, KEY)) == 1


def test_a_rollback_restores_what_served_before_and_is_logged_itself(home: Path) -> None:
    bundles = [written(home, rule_parts(card=f"# {i}\n")) for i in range(3)]
    for bundle in bundles:
        promoted(home, bundle)
    assert rolled_back(home).digest == bundles[1].digest
    back = rolled_back(home)
    assert (back.digest, back.previous_digest) == (bundles[0].digest, bundles[1].digest)
    assert (back.release_id, back.action, back.reason, back.by) == ("harbor-0005", "rolled_back", "too many", "bo")
    assert current_release(home, KEY) == back
    with pytest.raises(ReleaseRefused, match="nothing served before"):
        rolled_back(home)
    assert [release.action for release in release_log(home, KEY)] == ["promoted"] * 3 + ["rolled_back"] * 2


def test_a_rollback_to_a_damaged_bundle_is_refused_and_what_serves_stays(home: Path) -> None:
    first, second = written(home, rule_parts()), written(home, rule_parts(card="# 2\n"))
    promoted(home, first)
    promoted(home, second)
    (first.path / "rule.json").write_text("{}")
    with pytest.raises(BundleRefused, match=r"rule\.json"):
        rolled_back(home)
    serving = current_release(home, KEY)
    assert serving is not None
    assert serving.digest == second.digest


def test_keys_do_not_touch_one_another(home: Path) -> None:
    bundle = written(home, rule_parts())
    promoted(home, bundle)
    promoted(home, bundle, key=replace(KEY, district_id="mesa"))
    assert [release.release_id for release in release_log(home, KEY)] == ["harbor-0001"]
    assert [release.release_id for release in release_log(home, replace(KEY, district_id="mesa"))] == ["mesa-0001"]


@pytest.mark.parametrize("part", ["", "..", "a/b", "../harbor", ".hidden", "a\n"])
def test_a_key_cannot_leave_its_folder(part: str) -> None:
    with pytest.raises(ReleaseRefused):
        ReleaseKey(part, OUTCOME, "9")


def test_a_model_that_serves_in_parts_of_the_year_needs_a_pass_in_each_of_them(home: Path) -> None:
    bundle = written(home, model_by_part())
    judged = bundle.gate or {}
    lacking: list[tuple[Mapping[str, object], str]] = [
        ({"parts": None}, "'autumn', where the verdict of gate.json is not recorded"),
        ({"parts": {"autumn": "pass"}}, "'spring', where the verdict of gate.json is not recorded"),
        ({"parts": {"autumn": "not_enough_evidence", "spring": "pass"}}, "'autumn', where .* is not_enough_evidence"),
        ({"parts": {"autumn": "pass", "spring": "fail"}}, "'spring', where the verdict of gate.json is fail"),
        ({"verdict": "fail"}, "the gate's verdict is fail"),
    ]
    for recorded, says in lacking:
        with pytest.raises(GateRefused, match=says):
            check_gate(replace(bundle, gate={**judged, **recorded}), KEY.district_id, KEY.outcome, KEY.grade_band)
    assert promoted(home, bundle).action == "promoted"


def test_the_rules_of_parts_without_a_pass_serve(home: Path) -> None:
    parts = rule_by_part()
    gate = {**(parts.gate or {}), "verdict": "fail", "parts": dict.fromkeys(("autumn", "spring"), "fail")}
    assert promoted(home, written(home, replace(parts, gate=gate))).action == "promoted"
