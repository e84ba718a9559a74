"""NUL is a character of no text that is kept, and PostgreSQL takes none: in a request it is read as U+FFFD."""

from starlette.types import ASGIApp, Receive, Scope, Send

NUL, INSTEAD = "\0", "\ufffd"


def replace_nul(text: str) -> str:
    """A text without NUL; with the other character it names nothing either."""
    return text.replace(NUL, INSTEAD)


class NulCharacters:
    """Replaces NUL in the address of a request, so that it is one that nothing has."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] == "http":
            scope["path"] = replace_nul(scope["path"])
            for sign in (b"%00", b"\0"):
                scope["query_string"] = scope["query_string"].replace(sign, b"%EF%BF%BD")
        await self.app(scope, receive, send)
