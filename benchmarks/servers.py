"""A server on the loopback in a process of its own: the service, or an application with one empty route."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import httpx
import typer
import uvicorn
from fastapi import FastAPI

HOST = "127.0.0.1"
STOP_WITHIN = 30


@contextmanager
def serving(config: Path | None, log: Path) -> Iterator[int]:
    """The port of a server that runs as long as the block: the service of a configuration, the empty one for None."""
    command = [sys.executable, "-m", "benchmarks.servers", *([str(config)] if config else [])]
    with log.open("w") as written:
        root = Path(__file__).parents[1]
        process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=written, text=True)
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not re.fullmatch(r"\d+\n", line):
                raise RuntimeError(f"the server did not start; see {log.name}")
            yield int(line)
        finally:
            process.terminate()
            process.communicate(timeout=STOP_WITHIN)


@dataclass(frozen=True)
class Served:
    """A server that answers: its port, and the first of its processes."""

    port: int
    process: int


@contextmanager
def serving_workers(config: Path, log: Path, workers: int) -> Iterator[Served]:
    """`ontrack serve --workers N`, once it answers."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("ontrack")), "--config", str(config), "serve"]
    with log.open("w") as written:
        options = ["--port", str(port), "--workers", str(workers)]
        process = subprocess.Popen([*command, *options], stdout=written, stderr=written)
        try:
            wait_until_ready(port)
            yield Served(port, process.pid)
        finally:
            process.terminate()
            process.communicate(timeout=STOP_WITHIN)


def processes_of(process: int) -> Iterator[int]:
    """A process and all that come from it."""
    yield process
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        yield from processes_of(int(child))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


def wait_until_ready(port: int, path: str = "/livez") -> None:
    """Returns when a server answers; RuntimeError where it does not within a minute."""
    for _ in range(600):
        with suppress(httpx.TransportError):
            httpx.get(f"http://{HOST}:{port}{path}")
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def empty_app() -> FastAPI:
    """An application with one empty route."""
    app = FastAPI()

    @app.get("/empty")
    def empty() -> dict[str, str]:
        return {}

    return app


def service_app(config: Path) -> FastAPI:
    """The service of a configuration."""
    # imported here, so that the empty application is measured without the service around it
    from benchmarks.empty_answer import add_empty_answer
    from features.settings_file import load_settings
    from serving.server import build_app

    return add_empty_answer(build_app(load_settings(config)))


def main(config: Annotated[Path | None, typer.Argument()] = None) -> None:
    """Prints a free port and serves on it until stopped, with the options of `ontrack serve`."""
    app = service_app(config) if config else empty_app()
    # only on a socket that says it is TCP does asyncio send answers at once; otherwise each waits 40 ms
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind((HOST, 0))
        listening.listen()
        print(listening.getsockname()[1], flush=True)
        options = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        uvicorn.Server(options).run(sockets=[listening])


if __name__ == "__main__":
    typer.run(main)
