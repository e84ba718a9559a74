"""Where a server listens: a port that is free, or a socket that who started the server holds for it."""

import os
import socket

import typer

PORTS_TRIED = 20
FIRST_HANDED = 3
"""The descriptor of the first socket that is handed over (`sd_listen_fds(3)` of systemd)."""


def handed_socket() -> socket.socket | None:
    """The listening socket that a service manager handed over (`LISTEN_FDS` and `LISTEN_PID`), if it did.

    The manager holds it too: while one server ends and the next one starts, connections wait in it and none is lost.
    """
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS") != "1":
        return None
    handed = socket.socket(fileno=FIRST_HANDED)
    handed.set_inheritable(True)
    return handed


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
