"""Wraps every request: hosts, headers, a limit on the body, HEAD, one log line, and an answer where none could be."""

import time
import uuid
from collections.abc import Callable, Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from serving.store.database_errors import is_busy
from serving.web.hosts import is_served
from serving.web.logs import error_location
from serving.web.problems import problem_response
from serving.web.rate_limits import RateState
from serving.web.request_observer import AnsweredRequest, RequestObserver

MAX_BODY_BYTES = 1024 * 1024
MAX_UPLOAD_BYTES = 64 << 30
LIMITS = {"/v1/imports": MAX_UPLOAD_BYTES, "/v1/scores": 16 * MAX_BODY_BYTES}
"""Addresses whose POST has a limit of its own: what is written to disk as it arrives, and 500 students' records."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # not no-referrer: with it, browsers send `Origin: null` on our own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
POLICY = "Content-Security-Policy"
HSTS = "max-age=31536000; includeSubDomains"


class RequestMiddleware:
    """Wraps the application, which answers under these host names; nothing raised inside it leaves it."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        log: FilteringBoundLogger,
        fault: Callable[[Request, str], Response],
        busy: Callable[[Request], Response],
        hosts: Collection[str],
        observer: RequestObserver,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.app = app
        self.log = log
        self.fault = fault
        self.busy = busy
        self.hosts = hosts
        self.observer = observer
        self.timer = timer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, method, request_id = self.timer(), scope["method"], uuid.uuid4().hex
        answer = ResponseSender(scope, send, request_id)
        if method == "HEAD":  # answered as GET, without its content
            scope["method"] = "GET"
            answer.drop_content = True
        if not is_served(Headers(scope=scope).get("host", ""), self.hosts):
            await problem_response(421)(scope, receive, answer)
        elif declared_length(scope) > body_limit(scope):
            await problem_response(413)(scope, receive, answer)
        else:
            await self.run(scope, limit_body(receive, body_limit(scope)), answer)
        seconds, route = self.timer() - began, route_template(scope)
        traceparent = Headers(scope=scope).get("traceparent", "")
        self.observer.observe(AnsweredRequest(method, route, answer.status, seconds, request_id, traceparent))
        self.log.info(
            "request",
            method=method,
            route=route,
            status=answer.status,
            ms=round(seconds * 1000, 1),
            request=request_id,
        )

    async def run(self, scope: Scope, receive: Receive, answer: "ResponseSender") -> None:
        """Runs the application; what it cannot answer is logged by kind and place: a fault, or a busy database."""
        try:
            await self.app(scope, receive, answer)
        except Exception as error:
            said = {"error": type(error).__name__, "where": error_location(error), "request": answer.request_id}
            if is_busy(error):
                self.log.warning("busy", **said)
                other = self.busy(Request(scope))
            else:
                incident = uuid.uuid4().hex
                self.log.error("incident", incident=incident, **said)
                other = self.fault(Request(scope), incident)
            if answer.status == 0:
                await other(scope, receive, answer)


class ResponseSender:
    """A `send` that adds the headers and remembers the status."""

    def __init__(self, scope: Scope, send: Send, request_id: str) -> None:
        self.scope = scope
        self.send = send
        self.request_id = request_id
        self.drop_content = False
        self.status = 0

    async def __call__(self, message: Message) -> None:
        """Sends a message on, with the headers where it starts the response."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            add_headers(headers, self.scope)
            headers["X-Request-Id"] = self.request_id
        elif self.drop_content:
            message = {**message, "body": b""}
        await self.send(message)


def add_headers(headers: MutableHeaders, scope: Scope) -> None:
    """Adds the headers of every response; only static files may be cached, and say for how long.

    A page with scripts has a policy of its own.
    """
    own_policy = headers.get(POLICY, HEADERS[POLICY])
    headers.update({**HEADERS, POLICY: own_policy})
    own_time = headers.get("Cache-Control", "no-cache")
    headers["Cache-Control"] = own_time if scope["path"].startswith("/static/") else "no-store"
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = HSTS
    rate = scope.get("state", {}).get("rate")
    if isinstance(rate, RateState):
        headers.update(rate.headers)


def declared_length(scope: Scope) -> int:
    """The body's length as its header states it; 0 where it does not."""
    stated = Headers(scope=scope).get("content-length", "")
    if not (stated.isascii() and stated.isdigit()):
        return 0
    return int(stated) if len(stated) <= len(str(MAX_UPLOAD_BYTES)) else MAX_UPLOAD_BYTES + 1


def body_limit(scope: Scope) -> int:
    """The most bytes that the body of a request may have."""
    return LIMITS.get(scope["path"], MAX_BODY_BYTES) if scope["method"] == "POST" else MAX_BODY_BYTES


def limit_body(receive: Receive, most: int) -> Receive:
    """A `receive` that stops a body which grows beyond the limit."""
    taken = 0

    async def counting() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise HTTPException(413)
        return message

    return counting


def route_template(scope: Scope) -> str:
    """The route's template, which holds no ids; empty where no route matched."""
    return str(getattr(scope.get("route"), "path", ""))
