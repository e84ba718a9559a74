"""Sends resources to an Ed-Fi API: with a token, again where it is busy, and counting what it does not take."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import httpx

from features.errors import Refused
from features.feed_settings import EdFiFeed
from serving.feeds.edfi import Resource

ATTEMPTS = 5
LONGEST_WAIT = 60.0
SECONDS = 30.0
BUSY = (429, 500, 502, 503, 504)


class FeedRefused(Refused):
    """Scores that another system did not take. Exit code 3."""


@dataclass
class Sent:
    """How many resources of each kind were taken, and how many were not, by the status of the answer."""

    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class EdFiSender:
    """Sends to one API; `wait` takes seconds."""

    def __init__(self, feed: EdFiFeed, district_id: str, wait: Callable[[float], None] = time.sleep) -> None:
        self.feed = feed
        self.credentials = credentials_of(district_id)
        self.wait = wait
        self.token = ""

    def send(self, resources: Iterable[Resource]) -> Sent:
        """Sends each resource once it can be; FeedRefused where the API gives no token or does not answer."""
        sent = Sent()
        try:
            with httpx.Client(timeout=SECONDS, trust_env=False) as http:
                for path, body in resources:
                    status = self.post(http, f"{self.feed.url.rstrip('/')}/{path}", body)
                    kind = path.rpartition("/")[2]
                    if 200 <= status < 300:
                        sent.taken[kind] += 1
                    else:
                        sent.refused[f"{kind} {status}"] += 1
        except httpx.HTTPError as error:
            raise FeedRefused(f"the Ed-Fi API does not answer: {type(error).__name__}; send again later") from None
        return sent

    def post(self, http: httpx.Client, address: str, body: object) -> int:
        """The status of the last attempt: with a new token where the old one ended, after a while where it is busy."""
        for attempt in range(ATTEMPTS):
            self.token = self.token or self.new_token(http)
            answer = http.post(address, json=body, headers={"Authorization": f"Bearer {self.token}"})
            if answer.status_code == 401:
                self.token = ""
            elif answer.status_code in BUSY:
                self.wait(min(LONGEST_WAIT, float(seconds_in(answer.headers.get("retry-after", ""), 2**attempt))))
            else:
                break
        return answer.status_code

    def new_token(self, http: httpx.Client) -> str:
        """A token of the API; FeedRefused where it gives none."""
        form = {"grant_type": "client_credentials"}
        answer = http.post(self.feed.token_url, data=form, auth=self.credentials)
        said = answer.json() if answer.headers.get("content-type", "").startswith("application/json") else {}
        token = said.get("access_token") if isinstance(said, dict) else None
        if answer.status_code != 200 or not isinstance(token, str):
            raise FeedRefused(f"the Ed-Fi API gives no token (status {answer.status_code}); check its key and secret")
        return token


def credentials_of(district_id: str) -> tuple[str, str]:
    """Key and secret of the district's API, from the environment; FeedRefused without them."""
    names = [f"ONTRACK_EDFI_{part}_{district_id.upper().replace('-', '_')}" for part in ("KEY", "SECRET")]
    key, secret = (os.environ.get(name, "") for name in names)
    if not key or not secret:
        raise FeedRefused(f"the environment has no {' and '.join(names)}, which the Ed-Fi API gave")
    return key, secret


def seconds_in(field: str, otherwise: int) -> int:
    """How long an answer asks to wait."""
    return int(field) if field.isascii() and field.isdigit() else otherwise
