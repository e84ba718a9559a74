"""Access tokens: how a program gets one, what it opens, and every way to forge one."""

import base64
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from serving.access.api_keys import Grant
from serving.access.clients import create_client, replace_secret, revoke_client
from tests.serving.browser import HOST, TestClient
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_service import ExampleService

SCORES = "/v1/students/{}/scores"
READ = Grant(("scores.read", "models.read"))


@pytest.fixture(scope="module")
def issuing(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[ExampleService]:
    """A service that gives tokens."""
    folder = tmp_path_factory.mktemp("issuing")
    copy_prepared(prepared, folder)
    yield from opened(folder)


@pytest.fixture(scope="module")
def client(issuing: ExampleService) -> tuple[str, str]:
    """A client of the harbor district, and its secret."""
    return new_client(issuing, READ)


def new_client(service: ExampleService, grant: Grant) -> tuple[str, str]:
    """A new client of the harbor district, and its secret."""
    with service.write_session() as session:
        return create_client(session, "harbor", "a test", grant, service.clock())


def ask_token(service: ExampleService, client: tuple[str, str], **fields: str) -> httpx.Response:
    """What the token route answers to a client that signs in by the header."""
    form = {"grant_type": "client_credentials", **fields}
    http = TestClient(service.app, base_url=HOST)
    response: httpx.Response = http.post("/oauth/token", data=form, auth=client)
    return response


def token_of(service: ExampleService, client: tuple[str, str], **fields: str) -> str:
    """A good token."""
    token: str = ask_token(service, client, **fields).json()["access_token"]
    return token


def read(service: ExampleService, token: str, student: str = "k-amara") -> int:
    """How the scores of a student answer to a token."""
    headers = {"Authorization": f"Bearer {token}"}
    status: int = TestClient(service.app, base_url=HOST).get(SCORES.format(student), headers=headers).status_code
    return status


def test_a_token_opens_what_its_scopes_say_and_is_what_the_standard_says(
    issuing: ExampleService, client: tuple[str, str]
) -> None:
    answer = ask_token(issuing, client, scope="scores.read")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json() | {"access_token": ""} == {
        "access_token": "", "token_type": "Bearer", "expires_in": 900, "scope": "scores.read",
    }  # fmt: skip
    token = answer.json()["access_token"]
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    assert {"iss", "aud", "sub", "client_id", "scope", "iat", "exp", "jti"} == set(claims)
    assert read(issuing, token) == 200
    assert read(issuing, token_of(issuing, client, scope="models.read")) == 403


def test_a_program_finds_its_way_by_the_discovery_document_and_can_verify_a_token(
    issuing: ExampleService, client: tuple[str, str]
) -> None:
    http = TestClient(issuing.app, base_url=HOST)
    found = http.get("/.well-known/oauth-authorization-server").json()
    assert found["token_endpoint"] == f"{found['issuer']}/oauth/token"
    (public,) = http.get("/.well-known/jwks.json").json()["keys"]
    assert not {"d", "k"} & set(public)
    claims = jwt.decode(token_of(issuing, client), ECKey.import_key(public), ["ES256"]).claims
    assert claims["iss"] == found["issuer"]


# how a program signs in; status and error
@pytest.mark.parametrize(("change", "status", "error"), [
    ({}, 200, None),
    ({"secret": "wrong"}, 401, "invalid_client"),
    ({"client": "client-nobody"}, 401, "invalid_client"),
    ({"secret": ""}, 401, "invalid_client"),
    ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ({"grant_type": ""}, 400, "invalid_request"),
    ({"scope": "scores.read scores.write"}, 400, "invalid_scope"),
    ({"scope": "everything"}, 400, "invalid_scope"),
])  # fmt: skip
@pytest.mark.parametrize("where", ["header", "form"])
def test_who_signs_in_wrongly_is_told_so_in_the_form_of_the_standard(
    issuing: ExampleService, client: tuple[str, str], where: str, change: Mapping[str, str], status: int,
    error: str | None,
) -> None:  # fmt: skip
    held = (change.get("client", client[0]), change.get("secret", client[1]))
    form = {"grant_type": "client_credentials", "scope": "", **{k: v for k, v in change.items() if k in FORM}}
    own = {"client_id": held[0], "client_secret": held[1]} if where == "form" else {}
    http = TestClient(issuing.app, base_url=HOST)
    answer = http.post("/oauth/token", data={**form, **own}, auth=held if where == "header" else None)
    assert (answer.status_code, answer.json().get("error")) == (status, error)


FORM = ("grant_type", "scope")


def test_a_body_that_is_no_form_is_refused(issuing: ExampleService, client: tuple[str, str]) -> None:
    answer = TestClient(issuing.app, base_url=HOST).post("/oauth/token", json={}, auth=client)
    assert (answer.status_code, answer.headers["content-type"]) == (415, "application/problem+json")


def forgeries(service: ExampleService, token: str) -> dict[str, str]:
    """Tokens that somebody without our key made, or that are for something else."""
    issuer = service.context.tokens
    key = issuer.keys.newest(service.clock())
    header = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid}
    claims = dict(jwt.decode(token, key, ["ES256"]).claims)
    public = key.as_pem(private=False)
    own, rsa = ECKey.generate_key("P-256"), RSAKey.generate_key(2048)
    none = {"alg": "none", "typ": "at+jwt", "kid": key.kid}
    start = ".".join(encoded(part) for part in (none, claims))
    late = int((service.clock() - timedelta(minutes=20)).timestamp())
    return {
        "alg none": f"{start}.",
        "alg none with the old signature": f"{start}.{token.rpartition('.')[2]}",
        "HS256 with the public key": by_hmac({**header, "alg": "HS256"}, claims, public),
        "RS256 with a key of their own": jwt.encode({**header, "alg": "RS256"}, claims, rsa, ["RS256"]),
        "another key under our id": jwt.encode(header, claims, own, ["ES256"]),
        "an id that is a path": jwt.encode({**header, "kid": "../../../etc/passwd"}, claims, own, ["ES256"]),
        "an id that is a file": jwt.encode({**header, "kid": "/dev/null"}, claims, own, ["ES256"]),
        "an id that is SQL": jwt.encode({**header, "kid": "' OR 1=1 --"}, claims, own, ["ES256"]),
        "no id": jwt.encode({"alg": "ES256", "typ": "at+jwt"}, claims, own, ["ES256"]),
        "jku": jwt.encode({**header, "jku": "https://evil.example/keys"}, claims, own, ["ES256"]),
        "jku with our key": jwt.encode({**header, "jku": "https://evil.example"}, claims, key, ["ES256"]),
        "jwk": jwt.encode({**header, "jwk": own.as_dict(private=False)}, claims, own, ["ES256"]),
        "x5u": jwt.encode({**header, "x5u": "https://evil.example/c"}, claims, own, ["ES256"]),
        "another typ": jwt.encode({**header, "typ": "JWT"}, claims, key, ["ES256"]),
        "expired": jwt.encode(header, claims | {"iat": late, "exp": late + 900}, key, ["ES256"]),
        "without end": jwt.encode(header, {k: v for k, v in claims.items() if k != "exp"}, key, ["ES256"]),
        "not yet": jwt.encode(header, claims | {"nbf": claims["exp"]}, key, ["ES256"]),
        "another audience": jwt.encode(header, claims | {"aud": "https://other.example/v1"}, key, ["ES256"]),
        "another issuer": jwt.encode(header, claims | {"iss": "https://other.example"}, key, ["ES256"]),
        "another client": jwt.encode(header, claims | {"sub": "client-other"}, key, ["ES256"]),
        "scopes that are no text": jwt.encode(header, claims | {"scope": ["scores.read"]}, key, ["ES256"]),
        "a changed claim": ".".join((token.split(".")[0], encoded(claims | {"x": 1}), token.split(".")[2])),
        "cut off": token[:-10],
        "a megabyte": token + "x" * 1_000_000,
        "not a token": "a.b.c",
        "not ASCII": "ü.ü.ü",
        "nothing": "",
    }


def by_hmac(header: Mapping[str, object], claims: Mapping[str, object], secret: bytes) -> str:
    """A token signed with a shared secret: by hand, as no library does so with a public key."""
    start = f"{encoded(header)}.{encoded(claims)}"
    signature = base64.urlsafe_b64encode(hmac.digest(secret, start.encode(), "sha256")).rstrip(b"=").decode()
    return f"{start}.{signature}"


def encoded(part: Mapping[str, object]) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_no_forged_token_opens_anything(issuing: ExampleService, client: tuple[str, str]) -> None:
    token = token_of(issuing, client)
    assert issuing.context.tokens.read(token, issuing.clock()) is not None
    for name, forged in forgeries(issuing, token).items():
        assert issuing.context.tokens.read(forged, issuing.clock()) is None, name
    for name in ("alg none", "HS256 with the public key", "expired", "another audience"):
        assert read(issuing, forgeries(issuing, token)[name]) == 401, name
    assert read(issuing, token) == 200


def test_a_token_ends_and_a_revoked_client_is_out_at_once(service: ExampleService) -> None:
    client = new_client(service, READ)
    token = token_of(service, client)
    service.clock.wait(minutes=14)
    assert read(service, token) == 200
    service.clock.wait(minutes=1)
    assert read(service, token) == 401
    again = token_of(service, client)
    with service.write_session() as session:
        revoke_client(session, "harbor", client[0], service.clock())
    assert (read(service, again), ask_token(service, client).status_code) == (401, 401)


def test_old_and_new_secrets_keys_and_signing_keys_hold_side_by_side_for_a_while(service: ExampleService) -> None:
    client, now = new_client(service, READ), service.clock()
    token, keys = token_of(service, client), service.context.tokens.keys
    first = keys.newest(now).kid
    service.clock.wait(minutes=1)
    assert keys.replace(service.clock()) == keys.newest(now).kid != first
    assert read(service, token) == read(service, token_of(service, client)) == 200
    service.clock.wait(days=2)
    keys.replace(service.clock())
    assert first not in keys.known
    with service.write_session() as session:
        secret = replace_secret(session, "harbor", client[0], now=service.clock(), overlap=timedelta(days=7))
    service.clock.wait(days=6)
    assert [ask_token(service, one).status_code for one in (client, (client[0], secret))] == [200, 200]
    service.clock.wait(days=1)
    assert [ask_token(service, one).status_code for one in (client, (client[0], secret))] == [401, 200]


def test_a_program_of_one_school_sees_its_students_and_nothing_of_others(issuing: ExampleService) -> None:
    token = token_of(issuing, new_client(issuing, Grant(("scores.read",), ("north",))))
    assert [read(issuing, token, key) for key in ("k-amara", "k-chloe", "k-nobody")] == [200, 404, 404]
    headers = {"Authorization": f"Bearer {token}"}
    http = TestClient(issuing.app, base_url=HOST)
    hidden, absent = (http.get(SCORES.format(key), headers=headers) for key in ("k-chloe", "k-nobody"))
    assert hidden.text == absent.text
