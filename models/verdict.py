"""The three verdicts of whatever is judged by an interval: pass, fail, or not enough evidence."""

from typing import Literal

Verdict = Literal["pass", "fail", "not_enough_evidence"]
