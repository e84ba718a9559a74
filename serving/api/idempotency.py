"""Requests that are sent twice: with an Idempotency-Key, the second gets the answer of the first and does nothing."""

import hashlib
import re

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.access.kept_answers import Answer, KeyedRequest, begin, finish
from serving.api.clients import find_program
from serving.app_context import AppContext
from serving.web.problems import Mistake, problem_response

KEY = re.compile(r"[\x21-\x7e]{16,200}")
MOST_BYTES = 2 * 1024 * 1024
"""A longer answer is not kept."""
KEPT_HEADERS = ("content-type", "content-language", "location", "vary", "preference-applied")
EXPECTED = "expected 16 to 200 letters, figures or signs without a space, such as a UUID"
OTHER_BODY = "this key was used for another request; expected the same method, address and body, or a new key"
IN_PROGRESS = "The request with this Idempotency-Key is still being worked on. Send it again later."


class IdempotencyMiddleware:
    """Answers a POST with a key that was used before as it was answered then."""

    def __init__(self, app: ASGIApp, *, context: AppContext) -> None:
        self.app = app
        self.context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        key = headers.get("idempotency-key")
        if key is None or scope["method"] != "POST" or not scope["path"].startswith("/v1/"):
            await self.app(scope, receive, send)
            return
        kind, _, presented = headers.get("authorization", "").partition(" ")
        client = await run_sync(find_program, self.context, presented) if kind.lower() == "bearer" else None
        if client is None:  # the route says so
            await self.app(scope, receive, send)
        elif not KEY.fullmatch(key):
            mistake = Mistake(pointer="#", detail=f"Idempotency-Key: {EXPECTED}")
            await problem_response(422, errors=[mistake])(scope, receive, send)
        else:
            scope.setdefault("state", {})["client"] = client
            await self.answer_once(scope, HashedBody(scope, receive), send, KeyedRequest(client, key))

    async def answer_once(self, scope: Scope, body: "HashedBody", send: Send, asked: KeyedRequest) -> None:
        """Answers a request of a program under a key."""
        begun = await run_sync(self.begin, asked)
        if isinstance(begun, str):
            await self.work_out(scope, body, send, asked, begun)
        else:
            await (await self.repeat(body, asked, *begun))(scope, body, send)

    def begin(self, asked: KeyedRequest) -> tuple[str, str] | str:
        """The digest and sealed answer of an earlier attempt, or the id of this one."""
        with self.context.write_session() as session:
            found = begin(session, asked, self.context.clock())
            return found if isinstance(found, str) else (found.request_digest, found.sealed)

    async def repeat(self, body: "HashedBody", asked: KeyedRequest, digest: str, sealed: str) -> Response:
        """The answer of before; 409 where it is being worked out, 422 where another request had the key."""
        if not sealed:
            return problem_response(409, IN_PROGRESS, headers={"Retry-After": "1"})
        try:
            await body.drain()
        except HTTPException as error:
            return problem_response(error.status_code)
        kept = asked.open(sealed)
        if kept is None or asked.digest_of(body.digest) != digest:
            return problem_response(422, errors=[Mistake(pointer="#", detail=f"Idempotency-Key: {OTHER_BODY}")])
        headers = {**dict(kept.headers), "Idempotency-Replayed": "true"}
        return Response(kept.body, kept.status, headers=headers)

    async def work_out(self, scope: Scope, body: "HashedBody", send: Send, asked: KeyedRequest, attempt: str) -> None:
        """Runs the application; a good answer is kept before it leaves, after any other the key is free again."""
        held, content = HeldAnswer(send), None
        try:
            await self.app(scope, body, held)
            answer = held.answer
            if answer is not None:
                await body.drain()
                content = asked.digest_of(body.digest), answer
        finally:
            await run_sync(self.finish, asked, attempt, content)
        await held.release()

    def finish(self, asked: KeyedRequest, attempt: str, content: tuple[str, Answer] | None) -> None:
        """Keeps what an attempt came to."""
        with self.context.write_session() as session:
            finish(session, asked, attempt, content)


class HashedBody:
    """A `receive` that digests a request's method, address and body as they are read."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.receive = receive
        self.hash = hashlib.sha256(f"{scope['method']} {scope['path']}?".encode() + scope["query_string"] + b"\n")
        self.ended = False

    async def __call__(self) -> Message:
        """The next part."""
        message = await self.receive()
        self.hash.update(message.get("body", b""))
        self.ended = self.ended or not message.get("more_body", False)
        return message

    async def drain(self) -> None:
        """Reads what is left."""
        while not self.ended:
            await self()

    @property
    def digest(self) -> bytes:
        """The digest of everything."""
        return self.hash.digest()


class HeldAnswer:
    """A `send` that holds an answer until it is released; one that is too long to keep passes."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.held: list[Message] = []
        self.size = 0
        self.passes = False

    async def __call__(self, message: Message) -> None:
        """Holds a message, or sends it on."""
        self.held.append(message)
        self.size += len(message.get("body", b""))
        self.passes = self.passes or self.size > MOST_BYTES
        if self.passes:
            await self.release()

    async def release(self) -> None:
        """Sends what is held."""
        held, self.held = self.held, []
        for message in held:
            await self.send(message)

    @property
    def answer(self) -> Answer | None:
        """The answer; None where it is not good, or too long to keep."""
        if self.passes or not self.held or not 200 <= self.held[0]["status"] < 300:
            return None
        said = Headers(raw=self.held[0]["headers"])
        headers = tuple((name, said[name]) for name in KEPT_HEADERS if name in said)
        return Answer(self.held[0]["status"], headers, b"".join(one.get("body", b"") for one in self.held[1:]))
