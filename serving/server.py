"""The server of pages and API in this process, and a port for it."""

import socket

import typer
import uvicorn

from features.settings import Settings
from serving.app import create_app

PORTS_TRIED = 20


def serve(settings: Settings, port: int) -> None:
    """Serves until stopped."""
    typer.echo(f"OnTrack on http://{settings.service.host}:{port} (stop with Ctrl-C)")
    uvicorn.run(
        create_app(settings),
        host=settings.service.host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
    )


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
