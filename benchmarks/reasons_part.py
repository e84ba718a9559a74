"""Part `reasons`: exact contributions and reasons of many students, beside LightGBM's own values and shap's."""

from collections.abc import Callable, Mapping

from benchmarks.child import Measured
from benchmarks.figures import Figure, Part, compared
from benchmarks.made_examples import COLUMNS
from benchmarks.reasons_child import Explained, Explaining, made_explained, reasons_in_a_run
from benchmarks.shap_peer import Explainer, refuse_other_values
from benchmarks.timing import in_turns, seconds_of
from features.progress import Progress
from models.estimators.shap_values import lightgbm_contributions

ROWS = 200_000
FOR_LIGHTGBM, FOR_SHAP = 20_000, 1_000
"""Rows that the peers are timed on; both take as long for each row, and their time is scaled."""
LIMIT = 30.0
"""Seconds that risks' reasons may take for a million students."""
CONTRIBUTIONS, REASONS = "contributions", "reasons, whole"
PRED_CONTRIB, EXPLAINER = "Booster.predict(pred_contrib=True)", "shap.TreeExplainer"
A_MILLION, ALLOWED = "s per million", "the limit"
Child = Callable[[Explaining, int], Measured]


def reasons_part(rows: int, child: Child, *, runs: int, progress: Progress) -> Part:
    """Seconds per million students of each way, the least of some rounds, and peaks of whole processes."""
    progress(f"reasons: a default model, and {rows:,} students")
    made = made_explained(rows)
    refuse_other_values(made.model, made.asked.features.head(FOR_SHAP))
    progress(f"reasons: {runs} rounds")
    seconds = least_seconds(made, runs)
    progress("reasons: the most memory of each way")
    works: tuple[Explaining, ...] = ("made", "contributions", "reasons", "pred_contrib")
    peaks = {work: child(work, rows).peak_mib for work in works}
    facts = {
        "students": rows,
        "features": COLUMNS,
        "trees": made.model.booster.num_trees(),
        "students of pred_contrib": min(rows, FOR_LIGHTGBM),
        "students of shap": min(rows, FOR_SHAP),
        "threads": 1,
        "runs": runs,
    }
    return Part("reasons", facts, (*speed(seconds), *memory(peaks)))


def least_seconds(made: Explained, runs: int) -> Mapping[str, float]:
    """Seconds per million students of each way: the least of its rounds, that which other work slowed least."""
    model, features = made.model, made.asked.features
    cells, explainer = model.dictionary.encode(features), Explainer(model)
    ways: dict[str, tuple[int, Callable[[], object]]] = {
        CONTRIBUTIONS: (len(features), lambda: model.contributions(features)),
        REASONS: (len(features), lambda: reasons_in_a_run(model, features)),
        PRED_CONTRIB: (FOR_LIGHTGBM, lambda: lightgbm_contributions(model.booster, cells[:FOR_LIGHTGBM], threads=1)),
        EXPLAINER: (FOR_SHAP, lambda: explainer.values(cells[:FOR_SHAP])),
    }
    took = in_turns({name: timed(work) for name, (_, work) in ways.items()}, runs)
    return {name: min(took[name]) * 1e6 / min(rows, len(features)) for name, (rows, _) in ways.items()}


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """The work as something that says how long it takes."""
    return lambda: seconds_of(work)


def speed(seconds: Mapping[str, float]) -> tuple[Figure, ...]:
    """Each way beside those who find the same values, and the whole beside what it may take."""
    pairs = ((CONTRIBUTIONS, PRED_CONTRIB), (CONTRIBUTIONS, EXPLAINER), (REASONS, PRED_CONTRIB))
    return (
        *(compared(name, seconds[name], A_MILLION, to=seconds[peer], beside=peer) for name, peer in pairs),
        compared(REASONS, seconds[REASONS], A_MILLION, to=LIMIT, beside=ALLOWED),
        *(Figure(name, seconds[name], A_MILLION) for name in (PRED_CONTRIB, EXPLAINER)),
    )


def memory(peaks: Mapping[Explaining, float]) -> tuple[Figure, ...]:
    """Peaks of whole processes, which hold the examples and the model too."""
    peer = peaks["pred_contrib"]
    names: dict[Explaining, str] = {"contributions": CONTRIBUTIONS, "reasons": REASONS}
    return (
        *(compared(name, peaks[of], "MiB peak", to=peer, beside=PRED_CONTRIB) for of, name in names.items()),
        Figure(PRED_CONTRIB, peer, "MiB peak"),
        Figure("the examples and the model only", peaks["made"], "MiB peak"),
    )
