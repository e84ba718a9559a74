"""Entity tags of what programs read, 304 for what they have already, and answers in fewer bytes."""

from hashlib import blake2b

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.web.problems import is_api_path

SMALLEST = 1000
"""Bytes from which on an answer is compressed."""
LEVEL = 5
PAGE_LEVEL = 1
"""Pages are compressed for each reader anew: more would cost more of a page's time than it saves of its bytes."""
STATIC = "/static/"


class Compression:
    """Compresses answers to those who accept gzip.

    A page's only secret, the token of its forms, is masked anew in each answer (`current_user.masked`), so that the
    length of an answer tells nothing of it. Static files are compressed already.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.for_programs = GZipMiddleware(app, minimum_size=SMALLEST, compresslevel=LEVEL)
        self.for_people = GZipMiddleware(app, minimum_size=SMALLEST, compresslevel=PAGE_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        await self.chosen(scope)(scope, receive, send)

    def chosen(self, scope: Scope) -> ASGIApp:
        """What answers a request of this kind."""
        if scope["type"] != "http" or scope["path"].startswith(STATIC):
            return self.app
        return self.for_programs if is_api_path(scope["path"]) else self.for_people


class EntityTags:
    """Gives an answer of the API that is sent in one piece its tag, and 304 to who has that one already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] == "http" and scope["method"] == "GET" and is_api_path(scope["path"]):
            send = TagSender(Headers(scope=scope).get("if-none-match", ""), send)
        await self.app(scope, receive, send)


class TagSender:
    """A `send` that holds the start of an answer until its content is there."""

    def __init__(self, known: str, send: Send) -> None:
        self.known = known
        self.send = send
        self.start: Message | None = None

    async def __call__(self, message: Message) -> None:
        """Sends a message on, with a tag where the answer is good and in one piece."""
        if message["type"] == "http.response.start" and message["status"] == 200:
            self.start = message
            return
        if self.start is not None and message["type"] == "http.response.body":
            start, self.start = self.start, None
            if not message.get("more_body", False):
                start, message = with_tag(start, message, self.known)
            await self.send(start)
        await self.send(message)


def with_tag(start: Message, body: Message, known: str) -> tuple[Message, Message]:
    """An answer with its tag; without content where its reader has it. A handler's own tag stays."""
    headers = MutableHeaders(scope=start)
    if "etag" not in headers:
        headers["ETag"] = entity_tag(body.get("body", b""))
    if not matches(headers["etag"], known):
        return start, body
    for name in ("content-length", "content-type"):
        del headers[name]
    return {**start, "status": 304, "headers": headers.raw}, {**body, "body": b""}


def entity_tag(content: bytes) -> str:
    """The tag of a content: weak, as it is the same however the content is encoded."""
    return f'W/"{blake2b(content, digest_size=16).hexdigest()}"'


def matches(tag: str, known: str) -> bool:
    """Whether a list of tags, as If-None-Match and If-Match have it, holds this one."""
    given = [one.strip().removeprefix("W/") for one in known.split(",")]
    return "*" in given or tag.removeprefix("W/") in given
