"""The gate's verdict on a model: pass, fail, or not enough evidence, with each check in one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from features.settings import Gate
from models.verdict import GateVerdict, Verdict
from training.gate.bounds import loosened_bounds, primary_of
from training.gate.comparison import GateComparison

VERDICT_WORDS: Mapping[GateVerdict, str] = {
    "pass": "pass",
    "fail": "fail",
    "not_enough_evidence": "not enough evidence",
    "no_model": "no model asked for",
}


@dataclass(frozen=True)
class GateCheck:
    """One question the gate asks, and the answer in a sentence.

    A required check has to pass; one that is not can only fail a model, and says "not enough evidence" without
    keeping it from serving.
    """

    code: str
    title: str
    verdict: Verdict
    says: str
    required: bool = True

    @property
    def decides(self) -> bool:
        """Whether this answer alone keeps a model from serving."""
        return self.verdict == "fail" or (self.required and self.verdict != "pass")


@dataclass(frozen=True)
class DeclaredBounds:
    """The bounds declared before the run, with a digest of the features that the verdict is about.

    `compared` is what the comparisons found; None where no model could be fitted.
    """

    bounds: Gate
    features: str = ""
    compared: GateComparison | None = None

    def as_json(self) -> dict[str, object]:
        """What stands in `gate.json` beside the checks."""
        power = self.compared.power if self.compared else None
        return {
            "primary": primary_of(self.bounds),
            "bounds": self.bounds.model_dump(mode="json"),
            "loosened": list(loosened_bounds(self.bounds)),
            "features": self.features,
            "years": list(self.compared.years) if self.compared else [],
            "power": asdict(power) if power else None,
        }


@dataclass(frozen=True)
class GateResult:
    """The verdict of all checks: a failed one fails it, a required one that cannot be judged leaves it unproven.

    Where no model was `tried`, for the district asked for none, there is no check.
    """

    district_id: str
    outcome: str
    checks: tuple[GateCheck, ...]
    declared: DeclaredBounds
    tried: bool = True

    @property
    def verdict(self) -> GateVerdict:
        """Pass only where a model was tried, no check fails and every required one passes."""
        if not self.tried:
            return "no_model"
        found = {check.verdict for check in self.checks if check.decides}
        return "fail" if "fail" in found else "not_enough_evidence" if found else "pass"

    def as_json(self) -> dict[str, object]:
        """What is signed into the bundle as `gate.json`."""
        return {
            "district_id": self.district_id,
            "outcome": self.outcome,
            "verdict": self.verdict,
            "checks": [asdict(check) for check in self.checks],
            **self.declared.as_json(),
        }


def gate_without_model(district_id: str, outcome: str, bounds: Gate, why: str, *, tried: bool) -> GateResult:
    """The result where there is no model: none was asked for, or `why` the records do not allow one."""
    checks = checks_without_model(why) if tried else ()
    return GateResult(district_id, outcome, checks, DeclaredBounds(bounds), tried=tried)


def checks_without_model(why: str) -> tuple[GateCheck, ...]:
    """The one check on a district whose records do not allow a model at all."""
    return (GateCheck("GATE01", "enough students", "not_enough_evidence", f"No model could be fitted: {why}."),)


def sentences(checks: Sequence[GateCheck]) -> list[str]:
    """The checks as lines for a terminal."""
    return [f"{VERDICT_WORDS[check.verdict]:>19}  {check.code}  {check.says}" for check in checks]


def signed(share: float) -> str:
    """A share as a signed number of 100."""
    return f"{round(share * 100):+d}"


def more_or_fewer(share: float) -> str:
    """A difference in words, of 100."""
    return f"{abs(share) * 100:.0f} {'more' if share >= 0 else 'fewer'}"
