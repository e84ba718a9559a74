"""Secrets of sources: from the environment alone, and never in what is printed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.ingest.network.refusal import SourceRefused


@dataclass(frozen=True)
class Credentials:
    """A client's key and secret. Neither is in its text form."""

    key: str = field(repr=False)
    secret: str = field(repr=False)


def credentials_in(environment: Mapping[str, str], key: str, secret: str) -> Credentials:
    """The credentials that two variables of the environment hold; SourceRefused where one is not set."""
    lacking = [name for name in (key, secret) if not environment.get(name)]
    if lacking:
        raise SourceRefused(f"set {' and '.join(lacking)} in the environment: the source needs its key and secret")
    return Credentials(environment[key], environment[secret])


def secret_in(environment: Mapping[str, str], name: str) -> str:
    """The secret that a variable of the environment holds; SourceRefused where it is not set."""
    if not environment.get(name):
        raise SourceRefused(f"set {name} in the environment: the source needs its certificate")
    return environment[name]
