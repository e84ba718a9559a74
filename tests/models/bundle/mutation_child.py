"""`python -m tests.models.bundle.mutation_child <folder>`: what a model answers whose text had one character changed.

Reads texts from stdin, a JSON list, and asks each in a process of its own, as `models.bundle.golden_predictions`
would. Writes a JSON list: "caught" (golden predictions differ, or it cannot be read), "same", "different" (and not
caught), or "died".
"""

import json
import os
import resource
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from models.bundle.canonical_json import parse_dictionary
from models.bundle.golden_predictions import check_model, parse_golden
from models.bundle.golden_rows import golden_rows
from models.bundle.tree_structure import parse_trees
from models.estimators.calibration import Calibrator
from models.estimators.risk_model import RiskModel

ANSWERS = ("same", "caught", "different")


def main(folder: Path) -> None:
    """Asks every text of stdin."""
    dictionary = parse_dictionary((folder / "features.json").read_bytes())
    calibrator = Calibrator.from_json((folder / "calibrator.json").read_text())
    sound = RiskModel((folder / "model.txt").read_text(), calibrator, dictionary)
    golden = parse_golden((folder / "golden.json").read_bytes())
    fresh = golden_rows(dictionary, parse_trees(sound.booster_text, dictionary), np.random.default_rng(99), drawn=4000)
    expected = sound.risk(fresh)

    def answer(text: str) -> int:
        damaged = replace(sound, booster_text=text)
        try:
            check_model(damaged, golden)
        except Exception:
            return ANSWERS.index("caught")
        gap = float(np.abs(damaged.risk(fresh) - expected).max())
        return ANSWERS.index("same" if gap <= 1e-9 else "different")

    def ask(text: str) -> str:
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
            os._exit(answer(text))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return ANSWERS[code] if code in range(len(ANSWERS)) else "died"

    json.dump([ask(text) for text in json.load(sys.stdin)], sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
