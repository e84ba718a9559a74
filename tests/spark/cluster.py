"""A standalone cluster and a Spark Connect server on loopback, of processes of this machine."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
PROJECT = Path(__file__).parents[2]
WAIT_SECONDS = 180
ON_LOOPBACK = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}


def environment() -> dict[str, str]:
    """What a process of Spark needs to know: where Spark, OnTrack and its Python are."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    path = os.pathsep.join([str(PROJECT), *(os.path.abspath(one) for one in given if one)])
    own = {"SPARK_HOME": str(HOME), "PYTHONPATH": path, "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    return {**os.environ, **own}


@contextmanager
def running(folder: Path, name: str, said: str, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A time in which a process of Spark runs that has said that it is ready; it and what it started end with it."""
    log = folder / f"{name}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(HOME / "bin" / "spark-class"), *command],
            env=environment(), cwd=folder, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
        try:
            wait_until(lambda: re.search(said, log.read_text(errors="replace")) is not None, f"{name} to start")
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def standalone(folder: Path, workers: int = 2) -> Iterator[str]:
    """A time in which there is a cluster of a master and some workers of a core each; its address."""
    port = free_port()
    deploy, address = "org.apache.spark.deploy", f"spark://127.0.0.1:{port}"
    own = ("--host", "127.0.0.1", "--webui-port", "0")
    with ExitStack() as started:
        master = (f"{deploy}.master.Master", *own, "--port", str(port))
        started.enter_context(running(folder, "master", "I have been elected leader", *master))
        for number in range(workers):
            sizes = ("--cores", "1", "--memory", "1200m", "--work-dir", str(folder / f"worker {number}"))
            worker = (f"{deploy}.worker.Worker", *own, *sizes, address)
            started.enter_context(running(folder, f"worker {number}", "Successfully registered", *worker))
        yield address


@contextmanager
def connect_server(folder: Path, config: Mapping[str, str]) -> Iterator[str]:
    """A time in which there is a Spark Connect server with two cores of this machine; its address."""
    port = free_port()
    given = {**ON_LOOPBACK, "spark.connect.grpc.binding.address": "127.0.0.1",
             "spark.connect.grpc.binding.port": str(port), "spark.ui.enabled": "false", **config}  # fmt: skip
    told = [word for name, value in given.items() for word in ("--conf", f"{name}={value}")]
    server = "org.apache.spark.sql.connect.service.SparkConnectServer"
    submit = ("org.apache.spark.deploy.SparkSubmit", "--master", "local[2]", *told, "--class", server, "spark-internal")
    with running(folder, "connect", "Spark Connect server started", *submit):
        yield f"sc://127.0.0.1:{port}"


def executors(folder: Path) -> list[int]:
    """The processes of executors whose workers have their folder there."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            command = read_command(place)
            if "CoarseGrainedExecutorBackend" in command and str(folder) in os.readlink(place / "cwd"):
                found.append(int(place.name))
    return sorted(found)


def read_command(place: Path) -> str:
    """The command of a process; nothing of one that is gone."""
    try:
        return (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def wait_until(happened: Callable[[], bool], what: str) -> None:
    """Waits for something; AssertionError where it does not happen."""
    end = time.monotonic() + WAIT_SECONDS
    while not happened():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.2)


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
