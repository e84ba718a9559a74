"""A client for JSON over HTTP: one token, bounded answers, another try where a server says that it helps."""

import json
import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from features.ingest.network.refusal import SourceRefused
from features.ingest.network.secrets import Credentials

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
BUSY = {408, 425, 429, 500, 502, 503, 504}
"""Answers after which another try may help."""

ACCEPTED = {"Accept": "application/json", "Accept-Encoding": "gzip"}
"""What requests ask for: a compression that makes a part of an answer a thousand times as long at most."""

Parameters = Mapping[str, str | int]


@dataclass(frozen=True)
class Limits:
    """What one answer may take, how often it is asked for, and how long is waited between two tries."""

    most_bytes: int = 64 << 20
    most_seconds: float = 120.0
    silence_seconds: float = 30.0
    tries: int = 6
    longest_wait: float = 60.0


@dataclass(frozen=True)
class Answer:
    """A JSON value with the headers that came with it, names in lower case."""

    value: object
    headers: Mapping[str, str]


class AnotherTry(Exception):  # noqa: N818 - not an error yet
    """An answer that another try may mend: what was wrong with it, and how long the server asks to wait."""

    def __init__(self, what: str, wait: float | None = None) -> None:
        self.what, self.wait = what, wait
        super().__init__(what)


class Unavailable(SourceRefused):
    """A server that gave no whole answer, however often it was asked: a later run may go on where this one stopped."""


class NotFound(SourceRefused):
    """An address that a server does not have."""


@dataclass
class JsonClient:
    """Reads JSON below one origin with a token, which it gets by client credentials and renews when it has run out.

    `sleep` and `clock` are the effects of waiting. Redirects are not followed: a token goes to no other place. A
    server that knows a client by a header of its own gets it as `certificate`, in place of a token.
    """

    base: str
    credentials: Credentials
    limits: Limits = field(default_factory=Limits)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    token_url: str = ""
    scope: str = ""
    token: str = field(default="", repr=False)
    certificate: Mapping[str, str] = field(default_factory=dict, repr=False)
    transport: httpx.BaseTransport | None = None

    def __post_init__(self) -> None:
        refuse_open(self.base)
        timeout = httpx.Timeout(self.limits.silence_seconds)
        self.http = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False, transport=self.transport)

    def __enter__(self) -> "JsonClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, url: str, parameters: Parameters | None = None, *, with_token: bool = True) -> Answer:
        """What an address answers; NotFound for none, SourceRefused for anything else than JSON in time and size."""
        refuse_elsewhere(self.base, url)
        request = httpx.Request("GET", url, params=dict(parameters) if parameters else None)
        request.headers.update(ACCEPTED | dict(self.certificate))
        return self.tried(lambda: self.answer_to(request, with_token=with_token), url)

    def tried(self, ask: Callable[[], Answer], url: str) -> Answer:
        """The answer of the first try that has one."""
        for left in reversed(range(self.limits.tries)):
            try:
                return ask()
            except AnotherTry as failed:
                if not left:
                    raise Unavailable(
                        f"{named(url)}: {failed.what}, {self.limits.tries} times; the next run goes on from here"
                    ) from None
                self.wait(failed.wait, self.limits.tries - left)
        raise AssertionError("tries is at least one")

    def wait(self, asked: float | None, tries: int) -> None:
        """Waits as long as the server asks, else twice as long after each try; never longer than the limit."""
        self.sleep(min(self.limits.longest_wait, 2.0 ** (tries - 1) if asked is None else asked))

    def answer_to(self, request: httpx.Request, *, with_token: bool) -> Answer:
        """The answer to one request; AnotherTry where another one may get it."""
        if not with_token:
            answer = self.send(request)
            self.refuse_untrusted(answer, str(request.url))
            return answer.as_json(str(request.url))
        held = self.token
        answer = self.send_with(request, held or self.new_token())
        if held and answer.status == httpx.codes.UNAUTHORIZED:  # it ran out: a new one, without a wait
            answer = self.send_with(request, self.new_token())
        if answer.status == httpx.codes.UNAUTHORIZED:
            self.token = ""
            raise AnotherTry("the server did not take the token")
        return answer.as_json(str(request.url))

    def send_with(self, request: httpx.Request, token: str) -> "RawAnswer":
        """The bytes of the answer to a request with a token."""
        request.headers["Authorization"] = f"Bearer {token}"
        return self.send(request)

    def refuse_untrusted(self, answer: "RawAnswer", url: str) -> None:
        """Raise SourceRefused where a server does not take the certificate, or does not let it read this."""
        if self.certificate and answer.status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise SourceRefused(
                f"{named(url)}: the server does not take the certificate, or does not let it read this; ask for the "
                "right to read it"
            )

    def new_token(self) -> str:
        """A new token; SourceRefused where the server does not take the credentials."""
        refuse_elsewhere(self.base, self.token_url)
        pair = (self.credentials.key, self.credentials.secret)
        form = {"grant_type": "client_credentials"} | ({"scope": self.scope} if self.scope else {})
        request = self.http.build_request("POST", self.token_url, data=form)
        (signed,) = [next(httpx.BasicAuth(*pair).auth_flow(request))]
        answer = self.send(signed)
        if answer.status in (400, 401, 403):
            raise SourceRefused(
                f"{named(self.token_url)}: the server does not take the key and secret; are they right?"
            )
        value = answer.as_json(self.token_url).value
        token = value.get("access_token") if isinstance(value, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise SourceRefused(f"{named(self.token_url)}: expected an answer with access_token")
        self.token = token
        return token

    def send(self, request: httpx.Request) -> "RawAnswer":
        """The bytes of an answer; AnotherTry where they do not come, SourceRefused where there are too many."""
        until, body = self.clock() + self.limits.most_seconds, bytearray()
        try:
            response = self.http.send(request, stream=True)
            try:
                for part in response.iter_bytes():
                    body += part
                    self.refuse_endless(len(body), until, str(request.url))
            finally:
                response.close()
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise AnotherTry(f"the answer broke off ({type(error).__name__})") from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        return RawAnswer(response.status_code, headers, bytes(body))

    def refuse_endless(self, size: int, until: float, url: str) -> None:
        """Raise SourceRefused for an answer beyond its bytes, AnotherTry for one beyond its time."""
        if size > self.limits.most_bytes:
            most = self.limits.most_bytes >> 20
            raise SourceRefused(f"{named(url)}: an answer of more than {most} MiB; set a smaller page_size")
        if self.clock() > until:
            raise AnotherTry(f"the answer took longer than {self.limits.most_seconds:g} seconds")


ClientMaker = Callable[[str, Credentials], JsonClient]
"""Makes a client of an address: a pull takes one as an argument."""


@dataclass(frozen=True)
class RawAnswer:
    """A status, headers in lower case, and a body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def as_json(self, url: str) -> Answer:
        """The value of the body; AnotherTry where another try may give one."""
        if self.status in BUSY:
            raise AnotherTry(f"the server answered {self.status}", retry_after(self.headers))
        if self.status in (404, 410):
            raise NotFound(f"{named(url)}: the server has no such address")
        if not httpx.codes.is_success(self.status):
            raise SourceRefused(f"{named(url)}: the server answered {self.status}; expected 200")
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise SourceRefused(f"{named(url)}: expected application/json; is this the address of the API?")
        try:
            return Answer(json.loads(self.body), self.headers)
        except (ValueError, RecursionError):
            raise AnotherTry("the answer is no whole JSON") from None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks to wait; None where it does not say, or says a date."""
    with suppress(ValueError):
        seconds = float(headers.get("retry-after", ""))
        return max(0.0, seconds) if math.isfinite(seconds) else None
    return None


def named(url: str) -> str:
    """An address for a sentence: without a query, which may name a student."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def refuse_open(url: str) -> None:
    """Raise SourceRefused for an address where others could read along."""
    parts = urlsplit(url)
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        raise SourceRefused(f"{named(url)}: expected an address that begins with https://")


def refuse_elsewhere(base: str, url: str) -> None:
    """Raise SourceRefused for an address of another origin, to which no token may go."""
    here, there = urlsplit(base), urlsplit(url)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise SourceRefused(
            f"{named(url)}: the server names an address outside of {named(base)}; expected one below it"
        )
