"""The right to serve: what a bundle and an approver must show before a release is made."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter

from features.errors import Refused
from features.settings import Settings
from models.bundle.bundle import Bundle
from models.feature_dictionary import fingerprint_of
from models.pool.learned_from import withdrawn


class GateRefused(Refused):
    """A bundle without the right to serve here. Exit code 4."""

    exit_code = 4


@dataclass(frozen=True)
class RecordedCheck:
    """One check of `gate.json`, as a refusal cites it."""

    code: str
    verdict: str
    says: str


def check_gate(bundle: Bundle, district_id: str, outcome: str, grade_band: str) -> None:
    """Raise GateRefused unless the bundle was made for the district's outcome, and passed the gate if it is a model."""
    if (bundle.name, bundle.grade_band) != (outcome, grade_band):
        raise GateRefused(
            f"{bundle.path}: made for {bundle.name}, grades {bundle.grade_band}; "
            f"expected {outcome}, grades {grade_band}: train for it"
        )
    if bundle.gate is None:
        if bundle.kind == "model":
            raise GateRefused(f"{bundle.path}: it has no gate.json; expected a pass: train on the district's warehouse")
        return
    judged_for = (bundle.gate.get("district_id"), bundle.gate.get("outcome"))
    if judged_for != (district_id, outcome):
        raise GateRefused(
            f"{bundle.path}: gate.json is for {' '.join(map(str, judged_for))}; "
            f"expected {district_id} {outcome}: train on that district's warehouse"
        )
    if bundle.kind == "model" and bundle.gate.get("features") != fingerprint_of(bundle.dictionary):
        raise GateRefused(f"{bundle.path}: gate.json is about other features than the bundle has; train again")
    if bundle.kind == "model" and bundle.gate.get("verdict") != "pass":
        raise GateRefused(
            f"{bundle.path}: the gate's verdict is {bundle.gate.get('verdict')}: {describe_failed_checks(bundle.gate)}"
            "; promote the rule's bundle of the same run instead, or train again with more years"
        )
    check_gate_by_part(bundle)


def check_gate_by_part(bundle: Bundle) -> None:
    """Raise GateRefused unless the gate passed the model in every part of the year where the bundle has it serve."""
    recorded = TypeAdapter(dict[str, str]).validate_python((bundle.gate or {}).get("parts") or {})
    for part in bundle.parts:
        verdict = recorded.get(part.name, "not recorded")
        if part.serves == "model" and verdict != "pass":
            raise GateRefused(
                f"{bundle.path}: the model serves in part '{part.name}', where the verdict of gate.json is {verdict}; "
                "promote the rule's bundle of the same run instead, or train again"
            )


def check_approver(bundle: Bundle, by: str, *, alone: bool) -> None:
    """Raise GateRefused unless a named person approves whom the bundle's signed provenance does not name as trainer."""
    if not by.strip():
        raise GateRefused("a release needs a name: say who approves it with --approved-by")
    trainer = bundle.provenance.get("trained_by", "")
    if trainer.casefold() == by.strip().casefold() and not alone:
        raise GateRefused(
            f"{bundle.path}: {trainer} trained it and cannot approve it too; name a second person with --approved-by, "
            "or say --alone, which the release log keeps"
        )


def check_consent(bundle: Bundle, settings: Settings | None) -> None:
    """Raise GateRefused where a model learned from records that a district has taken back since."""
    if gone := withdrawn(bundle.metrics, settings):
        raise GateRefused(
            f"{bundle.path}: it learned from records that are not lent any more ({'; '.join(gone)}); train the pool "
            "again, or promote the district's own bundle"
        )


def describe_failed_checks(gate: Mapping[str, object]) -> str:
    """Describes the checks that did not pass."""
    checks = TypeAdapter(list[RecordedCheck]).validate_python(gate.get("checks") or [])
    found = [f"{check.code} ({check.says})" for check in checks if check.verdict != "pass"]
    return "; ".join(found) or "no check is recorded"
