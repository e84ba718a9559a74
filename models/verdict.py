"""The three verdicts of whatever is judged by an interval, and the gate's, which also says that nothing was tried."""

from typing import Literal

Verdict = Literal["pass", "fail", "not_enough_evidence"]
GateVerdict = Literal["pass", "fail", "not_enough_evidence", "no_model"]
"""The gate's on an outcome: `no_model` where the district chose the published rule, so that no model was tried."""
