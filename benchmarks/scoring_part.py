"""Part `scoring`: risks with reasons in batches, and a whole scoring run."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.figures import Figure, Part, compared
from benchmarks.place import DISTRICT, NOW, SEED, TODAY, Place, release
from benchmarks.run_writes import run_write_figures
from benchmarks.shap_peer import Explainer, refuse_other_values
from benchmarks.timing import median_seconds
from features.progress import Progress
from features.snapshots.snapshot import build_snapshot
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader
from models.estimators.risk_model import RiskModel
from models.examples import Floats
from models.explanations.reasons import top_reasons
from models.scoring import risk_of
from serving.scoring.district_release import DistrictRelease, load_current_release
from serving.scoring.run_writer import write_run
from serving.scoring.score_district import build_run
from serving.scoring.scoring_run import ScoringRun
from serving.store.database import migrate, open_engine, write_session
from serving.store.student_records import WrittenRecords

BATCH = 10_000
RUN, RECORD = "scoring run, with evidence and history", "recording the run (SQLite)"
MOST_MS, MOST_BYTES = 0.15, 1024.0
"""What a student of a run may take: processor time beyond the first 10,000, and room in the database."""
PREDICT, TWO_STEPS = "Booster.predict", "snapshot and risk only"
CONTRIBUTIONS, REASONS = "contributions", "risk with reasons"
PRED_CONTRIB, EXPLAINER = "Booster.predict(pred_contrib=True)", "shap.TreeExplainer"


def scoring_part(place: Place, *, runs: int, progress: Progress, batch: int = BATCH) -> Part:
    """Risks and reasons beside plain predictions, and a scoring run beside snapshot and risk."""
    release(place, progress)
    served = load_current_release(place.settings, DISTRICT)
    model = served.bundle.scorer
    if not isinstance(model, RiskModel):
        raise TypeError("the benchmark's release is a model")
    with open_warehouse(place.warehouse) as reader:
        progress(f"scoring: {runs} rounds over {batch:,} rows")
        batches = batch_figures(model, reader, served, batch=batch, runs=runs)
        progress(f"scoring: {runs} rounds of a whole scoring run")
        students, whole = run_figures(place, served, reader, runs)
    trees = model.booster.num_trees()
    facts = {"batch": batch, "cohort": students, "trees": trees, "threads": model.threads, "runs": runs}
    return Part("scoring", facts, (*batches, *whole))


def batch_figures(
    model: RiskModel, reader: Reader, served: DistrictRelease, *, batch: int, runs: int
) -> tuple[Figure, ...]:
    """Milliseconds per 10,000 rows of the cohort, drawn with replacement; DifferentAnswersError where SHAP differs."""
    features = build_snapshot(reader, served.feature_set, TODAY).features
    rows = features.sample(batch, replace=True, random_state=SEED)
    refuse_other_values(model, rows)
    encoded, explainer = model.dictionary.encode(rows), Explainer(model)
    ways: dict[str, Callable[[], object]] = {
        PREDICT: lambda: model.booster.predict(encoded, num_threads=model.threads),
        "risk, calibrated": lambda: model.risk(rows),
        CONTRIBUTIONS: lambda: model.contributions(rows),
        REASONS: lambda: (model.risk(rows), top_reasons(model, rows)),
        PRED_CONTRIB: lambda: model.booster.predict(encoded, pred_contrib=True, num_threads=model.threads),
        EXPLAINER: lambda: explainer.values(encoded),
    }
    figures = per_10k(median_seconds(ways, runs), batch, PREDICT)
    return (*figures, *explained({one.name: one.value for one in figures}))


def explained(ms: dict[str, float]) -> tuple[Figure, ...]:
    """What contributions cost beside those who give the same, and what reasons cost beside contributions."""
    pairs = ((CONTRIBUTIONS, PRED_CONTRIB), (CONTRIBUTIONS, EXPLAINER), (REASONS, CONTRIBUTIONS))
    return tuple(compared(name, ms[name], "ms per 10k", to=ms[peer], beside=peer) for name, peer in pairs)


def run_figures(place: Place, served: DistrictRelease, reader: Reader, runs: int) -> tuple[int, tuple[Figure, ...]]:
    """Students of the cohort, milliseconds per 10,000 of them for each step of a run, and bytes of each."""
    database = emptied(place.folder / "bench.db")
    fresh, engine = count(), open_engine(f"sqlite:///{database}")
    migrate(engine)
    made = made_run(place, served, reader, engine)

    def record() -> None:
        with write_session(engine) as session:
            write_run(session, replace(made, run_id=f"run-{next(fresh)}"))

    record()
    first = stored_bytes(engine, database)
    record()
    ways: dict[str, Callable[[], object]] = {
        TWO_STEPS: lambda: risks_today(served, reader),
        RUN: lambda: made_run(place, served, reader, engine),
        RECORD: record,
    }  # fmt: skip
    students, each = len(made.scores), (stored_bytes(engine, database) - first) / len(made.scores)
    figures = per_10k(median_seconds(ways, runs), students, TWO_STEPS)
    engine.dispose()
    limits = (
        compared(f"{name}, a student", ms, "ms", to=most, beside="to reach")
        for name, ms, most in (
            ("scoring run", value_of(figures, RUN) / 10_000, MOST_MS),
            ("recording", value_of(figures, RECORD) / 10_000, MOST_MS),
        )
    )
    room = compared("a student and run, after the first", each, "bytes", to=MOST_BYTES, beside="to reach")
    return students, (*figures, *limits, room, *run_write_figures(made, database, runs))


def value_of(figures: tuple[Figure, ...], name: str) -> float:
    """The value of a figure."""
    return next(one.value for one in figures if one.name == name)


def stored_bytes(engine: Engine, database: Path) -> int:
    """How large a database is, with all that was written in its file."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return database.stat().st_size


def risks_today(served: DistrictRelease, reader: Reader) -> Floats:
    """The risks of today's cohort."""
    cohort = build_snapshot(reader, served.feature_set, TODAY)
    return risk_of(served.bundle.scorer, cohort.features, cohort.school)


def made_run(place: Place, served: DistrictRelease, reader: Reader, engine: Engine) -> ScoringRun:
    """A scoring run, not written anywhere."""
    written = WrittenRecords(engine, DISTRICT)
    return build_run(place.settings, served, reader, written, run_id="bench", as_of=TODAY, now=NOW)


def emptied(database: Path) -> Path:
    """The path, with nothing there from an earlier benchmark."""
    for name in (database.name, f"{database.name}-wal", f"{database.name}-shm"):
        database.with_name(name).unlink(missing_ok=True)
    return database


def per_10k(seconds: dict[str, float], rows: int, peer: str) -> tuple[Figure, ...]:
    """Each way's milliseconds per 10,000 rows, beside the peer's."""
    ms = {name: took * 1000 * 10_000 / rows for name, took in seconds.items()}
    return tuple(
        Figure(name, value, "ms per 10k") if name == peer else compared(
            name, value, "ms per 10k", to=ms[peer], beside=peer
        )
        for name, value in ms.items()
    )  # fmt: skip
