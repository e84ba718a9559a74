"""A browser without a window: what a person or a program sends, and what comes back."""

import warnings
from collections.abc import Sequence
from functools import cache
from html.parser import HTMLParser

import httpx
from starlette.exceptions import StarletteDeprecationWarning

from serving.access.api_keys import Grant, create_api_key
from serving.access.new_passwords import NewPassword, new_password
from serving.access.scopes import DEFAULT_SCOPES
from serving.pages.current_user import form_secret, masked
from tests.serving.example_service import ExampleService

with warnings.catch_warnings():
    # starlette prefers a client that this project does not install
    warnings.simplefilter("ignore", StarletteDeprecationWarning)
    from starlette.testclient import TestClient as TestClient

HOST = "http://testserver"


@cache
def drawn_password(person: str) -> NewPassword:
    """Somebody's password, the same in all services of a process: its hash is dear by design, and checked each time."""
    return new_password()


class Browser:
    """Somebody at a browser; signed in where a staff id is given."""

    def __init__(self, service: ExampleService, district_id: str = "", staff_id: str = "") -> None:
        self.client = TestClient(service.app, base_url=HOST, follow_redirects=False)
        if staff_id:
            self.client.cookies.set("ontrack_session", service.session_of(district_id, staff_id))

    def get(self, path: str) -> httpx.Response:
        """Opens an address."""
        response: httpx.Response = self.client.get(path)
        return response

    def post(self, path: str, form: dict[str, str] | None = None, *, site: str = "same-origin") -> httpx.Response:
        """Sends a form of our own page, or of another site."""
        response: httpx.Response = self.client.post(path, data=form, headers={"Sec-Fetch-Site": site})
        return response

    def send(self, path: str, **fields: str) -> httpx.Response:
        """Sends a form of our own page, as this session's pages make it."""
        secret = form_secret(self.client.cookies.get("ontrack_session", ""))
        return self.post(path, {"token": masked(secret), **fields})


class ApiClient:
    """A program with an API key of a district, or with none."""

    def __init__(
        self, service: ExampleService, district_id: str = "", *scopes: str, schools: Sequence[str] = ()
    ) -> None:
        self.headers: dict[str, str] = {}
        self.client = TestClient(service.app, base_url=HOST)
        if district_id:
            grant = Grant(scopes or DEFAULT_SCOPES, schools)
            with service.write_session() as session:
                key = create_api_key(session, district_id, "a test", grant, now=service.clock())
            self.headers["Authorization"] = f"Bearer {key}"

    def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Asks the API, with a JSON body where one is given."""
        response: httpx.Response = self.client.request(method, path, json=body, headers=self.headers)
        return response

    def send(self, path: str, content: bytes) -> httpx.Response:
        """Sends a body as it is."""
        headers = {**self.headers, "Content-Type": "application/json"}
        response: httpx.Response = self.client.post(path, content=content, headers=headers)
        return response


class Tags(HTMLParser):
    """The tags, attributes and words of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data
