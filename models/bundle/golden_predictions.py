"""Golden predictions: made-up rows, and what a scorer answered on them when its bundle was written.

`python -m models.bundle.golden_predictions <folder>` answers them again in a process of its own, because a
damaged model can abort, hang or eat memory: it exits with 0 where the answers are the same, and says what differs
where not. Without a folder it reads folders from stdin, one a line of JSON, answers each in a fork of itself, and
writes what is wrong with it. `models.bundle.golden_process` starts it.
"""

import gc
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Never

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from models.bundle.canonical_json import parse_dictionary
from models.bundle.golden_process import LATE, SECONDS, what_is_wrong
from models.bundle.golden_rows import dtype_of, golden_rows
from models.bundle.tree_structure import parse_trees
from models.estimators.calibration import Calibrator
from models.estimators.lightgbm_alone import import_lightgbm
from models.estimators.published_rule import RuleModel
from models.estimators.risk_model import RiskModel
from models.examples import Floats
from models.feature_dictionary import FeatureDictionary

RANDOM_ROWS = 64
"""Rows at random, beside those that go both ways at every split."""
EXPLAINED_ROWS = 8
SEED = 20
TOLERANCE = 1e-9
MEMORY = 4 << 30
PROCESSOR_SECONDS = 60


@dataclass(frozen=True)
class GoldenPredictions:
    """Made-up rows, one list a feature (None is missing), and the answers: contributions for the first rows only."""

    columns: dict[str, list[float | str | None]]
    margin: list[float]
    risk: list[float]
    contributions: list[list[float]]


@dataclass(frozen=True)
class GoldenRulePredictions:
    """Made-up counts of signals (None is missing), and the answers; no intervals where the rule has none."""

    signals: list[float | None]
    risk: list[float]
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)


def predict_golden(model: RiskModel) -> GoldenPredictions:
    """The model's answers on rows that go both ways at every split; ValueError where its text is not of trees."""
    trees = parse_trees(model.booster_text, model.dictionary)
    rows = golden_rows(model.dictionary, trees, np.random.default_rng(SEED), drawn=RANDOM_ROWS)
    return GoldenPredictions(
        columns={str(name): [None if pd.isna(v) else v for v in rows[name]] for name in rows},
        margin=model.margin(rows).tolist(),
        risk=model.risk(rows).tolist(),
        contributions=model.contributions(rows[:EXPLAINED_ROWS]).tolist(),
    )


def predict_golden_rule(rule: RuleModel) -> GoldenRulePredictions:
    """The rule's answers on each count it knows, on those beside them, and on a missing one."""
    signals = sorted({beside for count in rule.counts for beside in (count - 1, count, count + 1)})
    asked = np.array([*signals, np.nan])
    return GoldenRulePredictions([*signals, None], rule.risk(asked).tolist(), *rule_intervals(rule, asked))


def rule_intervals(rule: RuleModel, signals: Floats) -> tuple[list[float], list[float]]:
    """The lower and the upper end around the risk of each count; empty where the rule has no intervals."""
    known = [one for one in rule.similar_students(signals, least=0) if one]
    return [one.low for one in known], [one.high for one in known]


def golden_frame(golden: GoldenPredictions, dictionary: FeatureDictionary) -> pd.DataFrame:
    """The made-up rows as the model takes them."""
    kinds = {entry.name: dtype_of(entry) for entry in dictionary.entries}
    return pd.DataFrame({name: pd.Series(golden.columns[name], dtype=kind) for name, kind in kinds.items()})


def parse_golden(content: bytes) -> GoldenPredictions:
    """The golden predictions of a model's bundle; ValueError where they are not."""
    return TypeAdapter(GoldenPredictions).validate_json(content)


def parse_golden_rule(content: bytes) -> GoldenRulePredictions:
    """The golden predictions of a rule's bundle; ValueError where they are not."""
    return TypeAdapter(GoldenRulePredictions).validate_json(content)


def check_model(model: RiskModel, golden: GoldenPredictions) -> None:
    """Raise ValueError unless the model still gives the same margins, risks and contributions."""
    rows = golden_frame(golden, model.dictionary)
    check_same("margin", model.margin(rows), golden.margin)
    check_same("risk", model.risk(rows), golden.risk)
    check_same("contributions", model.contributions(rows[: len(golden.contributions)]), golden.contributions)


def check_rule(rule: RuleModel, golden: GoldenRulePredictions) -> None:
    """Raise ValueError unless the rule still gives the same risks and intervals."""
    signals = np.array([np.nan if count is None else count for count in golden.signals])
    check_same("risk", rule.risk(signals), golden.risk)
    if rule.pooled_n or golden.low:
        low, high = rule_intervals(rule, signals)
        check_same("intervals", np.array([low, high]), [golden.low, golden.high])


def check_same(what: str, answered: Floats, expected: Sequence[float] | Sequence[Sequence[float]]) -> None:
    """Raise ValueError unless the answers are the expected ones, to 1e-9."""
    wanted = np.asarray(expected, dtype=np.float64)
    if answered.shape != wanted.shape or not answered.size:
        raise ValueError(f"golden.json: {what} has shape {wanted.shape}, the answer {answered.shape}")
    gap = float(np.max(np.abs(answered - wanted)))
    if not gap <= TOLERANCE:
        raise ValueError(f"golden predictions: the {what} differs by {gap:.3g} from when the bundle was written")


def limit_this_process() -> None:
    """Bound what a damaged model can take: memory, seconds, and no image of the memory on disk."""
    if sys.platform == "win32":
        return
    import resource  # only where the platform has it

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def check_folder(folder: Path) -> None:
    """Raise ValueError unless the model in a verified folder answers as it did when it was written."""
    model = RiskModel(
        booster_text=(folder / "model.txt").read_text(encoding="utf-8"),
        calibrator=Calibrator.from_json((folder / "calibrator.json").read_text(encoding="utf-8")),
        dictionary=parse_dictionary((folder / "features.json").read_bytes()),
    )
    check_model(model, parse_golden((folder / "golden.json").read_bytes()))


def main(folder: str) -> None:
    """Exit with 0 where the folder's model answers as expected, else with 1 and what differs on stderr."""
    limit_this_process()
    without_sklearn()
    try:
        check_folder(Path(folder))
    except (ValueError, MemoryError) as error:
        sys.exit(str(error) or "it needs more memory than a model may")


def without_sklearn() -> None:
    """LightGBM would load it, for half of the time, to no use."""
    sys.modules["sklearn"] = None  # type: ignore[assignment]


def answer_each() -> None:
    """For each folder on stdin a line of JSON on stdout: what is wrong with its model; this process reads none."""
    without_sklearn()
    import_lightgbm()
    gc.freeze()
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)  # what LightGBM prints is no answer
        for line in sys.stdin:
            answers.write(json.dumps(ask_in_a_fork(json.loads(line))) + "\n")
            answers.flush()


def ask_in_a_fork(folder: str) -> str:
    """What a fork of this process finds wrong with the folder's model; empty where nothing is."""
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if child == 0:
            answer_and_end(folder, said.fileno())
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        return LATE if code == -signal.SIGALRM else what_is_wrong(code, said.read())


def answer_and_end(folder: str, errors: int) -> Never:
    """Answers in this process, which ends with its code; what is wrong is written to the file of errors."""
    os.dup2(errors, 2)
    signal.alarm(SECONDS)
    try:
        main(folder)
    except SystemExit as ended:
        os.write(2, str(ended.code).encode())
        os._exit(1)
    except BaseException as error:  # whatever it was, this fork must not go on as its parent
        os.write(2, repr(error).encode())
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:]) if sys.argv[1:] else answer_each()
