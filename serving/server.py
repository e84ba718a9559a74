"""The server of pages and API, in one process or several, with metrics on a port of their own; and a port for it."""

import atexit
import gc
import os
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import typer
import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from features.errors import SettingsRefused
from features.settings import Settings
from serving.allocator import share_heaps
from serving.api.live_score_start import prepare_in_background
from serving.app import create_app
from serving.web.request_observer import Observers, RequestObserver

PORTS_TRIED = 20
DRAIN_SECONDS = 20
"""How long requests under way may take after the server was asked to stop; it takes no new ones meanwhile."""
SILENCE_SECONDS = 60
"""How long a process may be silent before it is replaced: a start on a busy machine is slow."""
SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"
"""The folder in which the processes of one server count together; read by prometheus-client when it is imported."""


def serve(settings: Settings, port: int, workers: int = 1) -> None:
    """Serves until stopped."""
    typer.echo(f"OnTrack on http://{settings.service.host}:{port} (stop with Ctrl-C)")
    own = settings.model_copy(update={"service": settings.service.model_copy(update={"port": port})})
    with TemporaryDirectory(prefix="ontrack-metrics-") as folder:
        if settings.service.metrics_port:
            os.environ[SHARED_METRICS] = folder
            serve_metrics(settings.service.metrics_port, Path(folder))
        run(own, port, workers)


def run(settings: Settings, port: int, workers: int) -> None:
    """Runs one process or several on a port."""
    config = uvicorn.Config(
        partial(build_app, settings),
        factory=True,
        host=settings.service.host,
        port=port,
        workers=workers,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_worker_healthcheck=SILENCE_SECONDS,
    )
    if workers == 1:
        uvicorn.Server(config).run()
        return
    from serving.store.database import engine_of

    engine_of(settings).dispose()  # brought up to date once, before several processes look
    Multiprocess(config, sockets=[bound_socket(settings.service.host, port)]).run()


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket for several processes, which says that it is TCP.

    Of another, asyncio does not send answers at once: on a kept connection each would wait 40 ms for its reader.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(address)
    bound.set_inheritable(True)
    return bound


def build_app(settings: Settings) -> FastAPI:
    """The application of one process, which prepares live scores beside its first requests."""
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


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next free one where it is taken, which is said."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            if port != wanted and wanted != 0:
                typer.echo(f"port {wanted} is taken; using {port}", err=True)
            return int(probe.getsockname()[1])
    typer.echo(f"ports {wanted} to {wanted + PORTS_TRIED - 1} are taken; choose one with --port", err=True)
    raise typer.Exit(5)
