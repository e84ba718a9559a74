"""Sends resources to another system's API: with a token, again where it is busy, and counting what it does not take."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import httpx

from features.errors import Refused

ATTEMPTS = 5
LONGEST_WAIT = 60.0
SECONDS = 30.0
BUSY = (429, 500, 502, 503, 504)


class FeedRefused(Refused):
    """Scores that another system did not take. Exit code 3."""


@dataclass(frozen=True)
class Resource:
    """What is sent: how, to which path below the API's root, and under which name it is counted."""

    method: str
    path: str
    kind: str
    body: object


@dataclass(frozen=True)
class Receiver:
    """An API that takes scores: its name, its addresses, the scope that it asks for, and the key and secret for it."""

    name: str
    url: str
    token_url: str
    credentials: tuple[str, str]
    scope: str = ""


@dataclass
class Sent:
    """How many resources of each kind were taken, and how many were not, by the status of the answer."""

    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: "Sent") -> "Sent":
        """These counts with others'."""
        self.taken += other.taken
        self.refused += other.refused
        return self


class FeedSender:
    """Sends to one API; `wait` takes seconds."""

    def __init__(self, receiver: Receiver, wait: Callable[[float], None] = time.sleep) -> None:
        self.receiver = receiver
        self.wait = wait
        self.token = ""

    def send(self, resources: Iterable[Resource]) -> Sent:
        """Sends each resource once it can be; FeedRefused where the API gives no token or does not answer."""
        sent = Sent()
        try:
            with httpx.Client(timeout=SECONDS, trust_env=False) as http:
                for resource in resources:
                    status = self.send_one(http, resource)
                    if 200 <= status < 300:
                        sent.taken[resource.kind] += 1
                    else:
                        sent.refused[f"{resource.kind} {status}"] += 1
        except httpx.HTTPError as error:
            said = f"the {self.receiver.name} API does not answer: {type(error).__name__}; send again later"
            raise FeedRefused(said) from None
        return sent

    def send_one(self, http: httpx.Client, resource: Resource) -> int:
        """The status of the last attempt: with a new token where the old one ended, after a while where it is busy."""
        address = f"{self.receiver.url.rstrip('/')}/{resource.path}"
        for attempt in range(ATTEMPTS):
            self.token = self.token or self.new_token(http)
            headers = {"Authorization": f"Bearer {self.token}"}
            answer = http.request(resource.method, address, json=resource.body, headers=headers)
            if answer.status_code == 401:
                self.token = ""
            elif answer.status_code in BUSY:
                self.wait(min(LONGEST_WAIT, float(seconds_in(answer.headers.get("retry-after", ""), 2**attempt))))
            else:
                break
        return answer.status_code

    def new_token(self, http: httpx.Client) -> str:
        """A token of the API; FeedRefused where it gives none."""
        form = {"grant_type": "client_credentials"} | ({"scope": self.receiver.scope} if self.receiver.scope else {})
        answer = http.post(self.receiver.token_url, data=form, auth=self.receiver.credentials)
        said = answer.json() if answer.headers.get("content-type", "").startswith("application/json") else {}
        token = said.get("access_token") if isinstance(said, dict) else None
        if answer.status_code != 200 or not isinstance(token, str):
            status = f"status {answer.status_code}"
            raise FeedRefused(f"the {self.receiver.name} API gives no token ({status}); check its key and secret")
        return token


def credentials_of(system: str, district_id: str) -> tuple[str, str]:
    """Key and secret of a district's API of a system, from the environment; FeedRefused without them."""
    prefix = f"ONTRACK_{system.upper().replace('-', '')}"
    names = [f"{prefix}_{part}_{district_id.upper().replace('-', '_')}" for part in ("KEY", "SECRET")]
    key, secret = (os.environ.get(name, "") for name in names)
    if not key or not secret:
        raise FeedRefused(f"the environment has no {' and '.join(names)}, which the {system} API gave")
    return key, secret


def seconds_in(field: str, otherwise: int) -> int:
    """How long an answer asks to wait."""
    return int(field) if field.isascii() and field.isdigit() else otherwise
