"""The server of pages and API, in one process or several, with metrics on a port of their own."""

import atexit
import gc
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from features.errors import SettingsRefused
from features.settings import Settings
from serving.allocator import share_heaps
from serving.listening import bound_socket, free_port, handed_socket
from serving.web.http_connection import HttpConnection
from serving.web.request_observer import Observers, RequestObserver

if TYPE_CHECKING:
    from fastapi import FastAPI

DRAIN_SECONDS = 20
"""How long requests under way may take after the server was asked to stop; it takes no new ones meanwhile."""
SILENCE_SECONDS = 60
"""How long a process may be silent before it is replaced: a start on a busy machine is slow."""
SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"
"""The folder in which the processes of one server count together; read by prometheus-client when it is imported."""


class Processes(Multiprocess):
    """Several processes on one port, which nobody listens on once they were asked to stop."""

    def terminate_all(self) -> None:
        """Asks all to stop, and leaves the socket: a connection that only this process held would wait in vain."""
        super().terminate_all()
        for one in self.sockets:
            one.close()


def serve(settings: Settings, port: int | None, workers: int = 1) -> None:
    """Serves until stopped: on the socket that was handed over, else on this port or that of the settings."""
    handed = handed_socket()
    host = settings.service.host
    port = handed.getsockname()[1] if handed else free_port(host, settings.service.port if port is None else port)
    typer.echo(f"OnTrack on http://{host}:{port} (stop with Ctrl-C)")
    own = settings.model_copy(update={"service": settings.service.model_copy(update={"port": port})})
    with TemporaryDirectory(prefix="ontrack-metrics-") as folder:
        if settings.service.metrics_port:
            os.environ[SHARED_METRICS] = folder
            serve_metrics(settings.service.metrics_port, Path(folder))
        run(own, handed, workers)


def run(settings: Settings, handed: socket | None, workers: int) -> None:
    """Runs one process or several."""
    host, port = settings.service.host, settings.service.port
    config = uvicorn.Config(
        partial(build_app, settings),
        factory=True,
        host=host,
        port=port,
        workers=workers,
        http=HttpConnection,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_worker_healthcheck=SILENCE_SECONDS,
    )
    if workers == 1:
        uvicorn.Server(config).run([handed] if handed else None)
        return
    from serving.store.database import engine_of

    engine_of(settings).dispose()  # brought up to date once, before several processes look
    Processes(config, sockets=[handed or bound_socket(host, port)]).run()


def build_app(settings: Settings) -> "FastAPI":
    """The application of one process, which prepares live scores beside its first requests.

    Imported here: of several processes, the one that starts the others needs none of it.
    """
    from serving.api.live_score_start import prepare_in_background
    from serving.app import create_app

    share_heaps()
    app = create_app(settings, observer=observer_of(settings))
    leave_out_of_collection()
    atexit.register(gc.unfreeze)
    prepare_in_background(app.state.context, then=leave_out_of_collection)
    return app


def leave_out_of_collection() -> None:
    """What a start made stays as long as the process: Python need not look through it again for a page's few objects.

    A page of 100 scores takes a third less for it.
    """
    gc.collect()
    gc.freeze()


def observer_of(settings: Settings) -> RequestObserver:
    """Who takes note of requests: metrics and traces, where they are asked for."""
    return Observers(tuple(metrics_of(settings.service.metrics_port)) + tuple(traces_of(settings.service.traces_url)))


def metrics_of(port: int) -> Iterator[RequestObserver]:
    """The counts for Prometheus, where it has a port."""
    if port:
        from prometheus_client import CollectorRegistry

        from serving.web.metrics import RequestMetrics

        yield RequestMetrics(CollectorRegistry())


def traces_of(url: str) -> Iterator[RequestObserver]:
    """The spans for a collector, where it has an address; SettingsRefused without the library that sends them."""
    if not url:
        return
    try:
        from serving.web.traces import RequestTraces
    except ImportError:
        raise SettingsRefused("traces_url needs `pip install ontrack[telemetry]`; or leave it empty") from None
    yield RequestTraces.to(url)


def serve_metrics(port: int, folder: Path) -> None:
    """Answers Prometheus on this machine only, with the counts of all processes together."""
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]  # of the library
    start_http_server(port, addr="127.0.0.1", registry=registry)
    typer.echo(f"metrics on http://127.0.0.1:{port}/metrics")
