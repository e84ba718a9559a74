"""Monitors a district as a program: settings as JSON on standard input, the answer as JSON on standard output.

The worker starts it each night, since serving does not import training.
"""

import json
import sys
from datetime import date

from features.errors import Refused
from features.settings import Settings
from training.monitor.district import monitor_district


def main(district_id: str, on: date) -> dict[str, object]:
    """The verdict, the codes of breaches and the report; or why monitoring was refused."""
    settings = Settings.model_validate_json(sys.stdin.read())
    try:
        found, report = monitor_district(settings, district_id, on)
    except Refused as refused:
        return {"refused": str(refused)}
    breaches = [check.code for check in found.checks if check.verdict == "breach"]
    return {"verdict": found.verdict, "breaches": breaches, "report": report.name}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], date.fromisoformat(sys.argv[2]))))  # noqa: T201 - a program's answer
