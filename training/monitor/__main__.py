"""Monitors a district as a program: settings as JSON on standard input, the answer as JSON on standard output.

The worker starts it each night, since serving does not import training.
"""

import json
import sys
from datetime import date

from features.definitions.served_outcomes import served_outcomes
from features.errors import Refused
from features.settings import Settings
from training.monitor.district import monitor_district


def main(district_id: str, on: date) -> dict[str, object]:
    """The verdict, the codes of breaches and the report; or why monitoring was refused."""
    settings = Settings.model_validate_json(sys.stdin.read())
    found, refused = [], ""
    for served in served_outcomes(settings, district_id):
        try:
            found.append(monitor_district(served.settings, district_id, on))
        except Refused as one:
            refused = str(one)
    if not found:
        return {"refused": refused}
    breaches = [
        check.code if len(found) == 1 else f"{result.outcome} {check.code}"
        for result, _ in found
        for check in result.checks
        if check.verdict == "breach"
    ]
    verdict = "breach" if breaches else found[0][0].verdict
    return {"verdict": verdict, "breaches": breaches, "report": ", ".join(report.name for _, report in found)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], date.fromisoformat(sys.argv[2]))))  # noqa: T201 - a program's answer
