"""The service beside MLflow's own scoring server on the same model: `python -m benchmarks.mlflow_beside`.

MLflow is sent features that are ready and answers with a number; the service answers with risk, band and reasons, with
authorization and access log, and in a live score it makes the features of a student's records first.
"""

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.api_part import CONNECTIONS, WARM, ready
from benchmarks.mlflow_peer import asked_rows, save_model, serving_model
from benchmarks.place import Place, place_in
from benchmarks.servers import serving
from benchmarks.wire import Ask, ask, throughput
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.progress import quietly
from models.bundle.bundle import Bundle, open_bundle
from models.bundle.signing import ensure_keys
from models.releases import ReleaseKey, current_release

STUDENTS, YEARS = 700, 3
TOGETHER = 100
"""Students of one request for several."""
Counted = dict[str, tuple[Ask, int]]
"""Requests by what they are called, each with the predictions in its answer."""


def served_bundle(place: Place) -> Bundle:
    """The bundle that serves a place."""
    home, outcome = place.settings.home, OFF_TRACK_CHICAGO
    release = current_release(home, ReleaseKey("harbor", outcome.name, outcome.grade_band))
    if release is None:
        raise RuntimeError("nothing serves the benchmark's district")
    return open_bundle(release.bundle_path, ensure_keys(home / "keys").public_key)


def main(
    requests: Annotated[int, typer.Option(min=8, help="Requests of each kind, over four connections.")] = 200,
    folder: Annotated[Path | None, typer.Option(help="Keep the simulated district here and use it again.")] = None,
) -> None:
    """Prints requests and predictions a second of both, one process each."""
    with tempfile.TemporaryDirectory() as made:
        place = place_in(folder or Path(made), STUDENTS, YEARS)
        key, student, body = ready(place, quietly)
        bundle = served_bundle(place)
        save_model(bundle, Path(made) / "model")
        with serving_model(Path(made) / "model", Path(made) / "mlflow.log") as port:
            peers: Counted = {
                f"MLflow, {rows} rows": (ask(port, "POST", "/invocations", body=asked_rows(bundle, rows)), rows)
                for rows in (1, TOGETHER)
            }
            peer = say(peers, requests)
        several = json.dumps({"students": [json.loads(body)] * TOGETHER}).encode()
        with serving(place.config, Path(made) / "service.log") as port:
            own: Counted = {
                "stored scores of a student": (ask(port, "GET", f"/v1/students/{student}/scores", key=key), 1),
                "live score of a student's records": (ask(port, "POST", "/v1/scores", key=key, body=body), 1),
                f"page of {TOGETHER} scores": (ask(port, "GET", f"/v1/scores?limit={TOGETHER}", key=key), TOGETHER),
                f"live scores of {TOGETHER}": (ask(port, "POST", "/v1/scores", key=key, body=several), TOGETHER),
            }
            found = say(own, requests)
    for name, (_, predictions) in own.items():
        beside = f"MLflow, {predictions} rows"
        print(f"{name}: {found[name] / peer[beside]:.2f} times the requests a second of {beside}")


def say(asks: Counted, requests: int) -> dict[str, float]:
    """Prints what each kind of request comes to; requests a second."""
    found = {}
    for name, (asked, predictions) in asks.items():
        throughput(asked, WARM, 1)
        found[name] = throughput(asked, requests if predictions == 1 else max(CONNECTIONS, requests // 5), CONNECTIONS)
        print(f"{name}: {found[name]:,.1f} requests and {found[name] * predictions:,.0f} predictions a second")
    return found


if __name__ == "__main__":
    typer.run(main)
