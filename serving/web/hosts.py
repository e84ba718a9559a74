"""The names under which the service answers: a Host header that names another is refused."""

from collections.abc import Collection
from urllib.parse import urlsplit

from features.service_settings import Service

THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")


def served_hosts(service: Service) -> frozenset[str]:
    """The names under which the service answers, without a port."""
    return frozenset(
        host_name(one) for one in (*THIS_MACHINE, service.host, urlsplit(service.url).netloc, *service.hosts)
    )


def host_name(header: str) -> str:
    """The name in a Host header, in small letters and without the port."""
    name = header.strip().lower()
    end = name.rfind("]") + 1 if name.startswith("[") else name.find(":")
    return name[:end].removesuffix(".") if end > 0 else name.removesuffix(".")


def is_served(header: str, hosts: Collection[str]) -> bool:
    """Whether a Host header names this service."""
    return host_name(header) in hosts and bool(header)
