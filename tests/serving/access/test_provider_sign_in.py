"""People sign in at their district's identity provider, which is tried over loopback."""

import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from joserfc.util import urlsafe_b64encode

from features.errors import SettingsRefused
from features.settings import Settings
from features.settings_file import load_settings
from features.sign_in_settings import SignIn
from serving.access.openid_connect import code_challenge
from serving.access.people import end_access
from serving.store.rows import SessionRow, StaffRow
from serving.store.support_rows import RoleAssignmentRow
from tests.serving.access.identity_provider import CLIENT_ID, SECRET, Provider, running_provider
from tests.serving.browser import Browser
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_service import NOW, ExampleService

START = "/sign-in/provider?district=harbor"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """A provider of the harbor district."""
    with running_provider(NOW.timestamp()) as running:
        yield running


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, prepared: Path, provider: Provider) -> Iterator[ExampleService]:
    """A service whose harbor district signs in at the provider alone; its mesa district has passwords."""
    sign_in = SignIn(
        issuer=provider.issuer, client_id=CLIENT_ID, name="Harbor ID", roles_claim="groups", passwords=False,
        roles={"boards": "observer", "privacy": "privacy_officer", "office": "district"},
    )  # fmt: skip

    def adapt(settings: Settings) -> Settings:
        harbor, *others = settings.districts
        return settings.model_copy(update={"districts": (harbor.model_copy(update={"sign_in": sign_in}), *others)})

    folder = tmp_path_factory.mktemp("provider")
    copy_prepared(prepared, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONTRACK_SIGN_IN_SECRET_HARBOR", SECRET)
        yield from opened(folder, adapt=adapt)


@pytest.fixture(autouse=True)
def well_behaved(provider: Provider) -> Iterator[None]:
    """Each test begins with a provider that does everything right."""
    yield
    provider.wrong, provider.header, provider.signs, provider.claims = {}, {}, None, {}


def sign_in(asked: ExampleService, provider: Provider, **claims: object) -> tuple[Browser, httpx.Response]:
    """Somebody of these claims at a browser, and what the way back gave."""
    provider.claims, browser = claims, Browser(asked)
    return browser, browser.get(way_back(provider.sign_in(browser.get(START).headers["location"])))


def way_back(address: str) -> str:
    """The part of an address that is ours."""
    parts = urlsplit(address)
    assert parts.path == "/sign-in/callback"
    return f"{parts.path}?{parts.query}"


INES: dict[str, object] = {"sub": "u-ines", "email": "S-Ines@example.org"}


def test_a_person_of_the_records_signs_in_and_reaches_the_page_they_asked_for(
    asked: ExampleService, provider: Provider
) -> None:
    provider.claims, browser = INES, Browser(asked)
    shown = browser.get("/sign-in?next=%2Fcaseload").text
    assert "Sign in with Harbor ID" in shown
    assert shown.count('type="password"') == 1  # mesa's
    there = browser.get(f"{START}&next=%2Fcaseload")
    assert "Path=/; SameSite=lax" in there.headers["set-cookie"]
    back = browser.get(way_back(provider.sign_in(there.headers["location"])))
    assert back.status_code == 200
    assert 'content="0; url=/caseload"' in back.text
    assert "SameSite=strict" in back.headers["set-cookie"]
    assert "Ines Moreno" in browser.get("/caseload").text


def test_a_new_address_at_the_provider_is_the_same_person_and_a_new_person_with_it_is_nobody(
    asked: ExampleService, provider: Provider
) -> None:
    assert sign_in(asked, provider, **INES)[1].status_code == 200
    browser, _ = sign_in(asked, provider, sub="u-ines", email="ines@elsewhere.example")
    assert "Ines Moreno" in browser.get("/caseload").text
    assert sign_in(asked, provider, sub="u-other", email="s-ines@example.org")[1].status_code == 401


# what the claims say; whether somebody is signed in
CLAIMS = [
    ({"sub": "u-1", "email": "nobody@example.org"}, False),
    ({"sub": "u-1", "email": "s-kira@example.org", "email_verified": False}, False),
    ({"sub": "u-1", "email": "s-kira@example.org", "email_verified": None}, False),
    ({"sub": "u-1", "email": ["s-kira@example.org"]}, False),
    ({"sub": "u-1"}, False),
    ({"sub": "u-1", "email": "nobody@example.org", "groups": ["office"]}, False),
    ({"sub": "u-1", "email": "nobody@example.org", "groups": ["others", "boards"], "given_name": "Ada"}, True),
]


@pytest.mark.parametrize(("claims", "expected"), CLAIMS)
def test_only_who_is_known_or_has_a_role_by_claims_is_signed_in(
    asked: ExampleService, provider: Provider, claims: dict[str, object], expected: bool
) -> None:
    browser, back = sign_in(asked, provider, **claims)
    assert (back.status_code == 200) is expected
    assert (browser.get("/learn").status_code == 200) is expected
    assert "example.org" not in back.text


def test_roles_of_claims_come_and_go_with_them_and_roles_by_hand_stay(
    asked: ExampleService, provider: Provider
) -> None:
    board = {"sub": "u-board", "email": "board@example.org", "given_name": "Bo"}
    browser, _ = sign_in(asked, provider, **board, groups="boards")
    assert browser.get("/learn").status_code == 200
    browser, _ = sign_in(asked, provider, **board, groups=["boards", "privacy"])
    assert roles_of(asked, "board@example.org") == {"observer", "privacy_officer"}
    assert browser.get("/learn").headers["location"].startswith("/roles")
    assert sign_in(asked, provider, **board, groups=["privacy"])[1].status_code == 200
    assert roles_of(asked, "board@example.org") == {"privacy_officer"}
    assert sign_in(asked, provider, **board, groups=[])[1].status_code == 401


def roles_of(service: ExampleService, email: str) -> set[str]:
    """The roles that somebody holds."""
    (staff,) = [row for row in service.rows(StaffRow) if isinstance(row, StaffRow) and row.email == email]
    given = [row for row in service.rows(RoleAssignmentRow) if isinstance(row, RoleAssignmentRow)]
    return {staff.role, *(row.role for row in given if row.staff_id == staff.staff_id)}


def test_whose_access_ended_is_not_signed_in_and_their_session_ends_at_once(
    asked: ExampleService, provider: Provider
) -> None:
    jonas = {"sub": "u-jonas", "email": "s-jonas@example.org"}
    browser, _ = sign_in(asked, provider, **jonas)
    assert browser.get("/caseload").status_code == 200
    with asked.write_session() as session:
        end_access(session, "harbor", "s-jonas", NOW)
    assert browser.get("/caseload").status_code == 303
    assert sign_in(asked, provider, **jonas)[1].status_code == 401


WRONG: list[dict[str, object]] = [
    {"iss": "https://elsewhere.example"}, {"aud": "another"}, {"aud": None}, {"exp": int(NOW.timestamp()) - 61},
    {"exp": None}, {"iat": int(NOW.timestamp()) + 600}, {"nonce": "another"}, {"nonce": None}, {"sub": None},
    {"aud": [CLIENT_ID, "another"], "azp": "another"},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_an_id_token_that_is_not_for_this_sign_in_opens_nothing(
    asked: ExampleService, provider: Provider, wrong: dict[str, object]
) -> None:
    provider.wrong, before = wrong, len(asked.rows(SessionRow))
    assert sign_in(asked, provider, **INES)[1].status_code == 401
    assert len(asked.rows(SessionRow)) == before


def test_a_token_of_another_key_opens_nothing_and_a_new_key_of_the_provider_is_found(
    asked: ExampleService, provider: Provider
) -> None:
    provider.signs = RSAKey.generate_key(2048, {"kid": "first"})
    assert sign_in(asked, provider, **INES)[1].status_code == 401
    provider.signs, provider.key = None, RSAKey.generate_key(2048, {"kid": "second"})
    asked.clock.wait(minutes=2)
    assert sign_in(asked, provider, **INES)[1].status_code == 200


def test_a_token_signed_with_the_public_key_as_a_secret_or_not_at_all_opens_nothing(
    asked: ExampleService, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = {"iss": provider.issuer, "aud": CLIENT_ID, "sub": "u-ines", "email": "s-ines@example.org"}
    times = {"iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 300}
    shared = provider.key.as_pem(private=False)

    def signed(header: dict[str, object], nonce: str) -> str:
        parts = (json.dumps(part).encode() for part in (header, {**claims, **times, "nonce": nonce}))
        content = ".".join(urlsafe_b64encode(part).decode() for part in parts)
        return f"{content}.{urlsafe_b64encode(hmac.digest(shared, content.encode(), 'sha256')).decode()}"

    def forged(nonce: str) -> str:
        return signed({"alg": "HS256", "kid": provider.key.kid}, nonce)

    def unsigned(nonce: str) -> str:
        return signed({"alg": "none"}, nonce).rpartition(".")[0] + "."

    for made in (forged, unsigned, lambda nonce: "x" * 100_000):
        monkeypatch.setattr(provider, "id_token", made)
        assert sign_in(asked, provider, **INES)[1].status_code == 401


def test_the_way_back_holds_once_in_the_browser_that_went_and_within_ten_minutes(
    asked: ExampleService, provider: Provider
) -> None:
    provider.claims, browser = INES, Browser(asked)
    address = way_back(provider.sign_in(browser.get(START).headers["location"]))
    thief = Browser(asked)
    assert thief.get(address).status_code == 401
    thief.get(START)
    assert thief.get(address).status_code == 401
    kept = dict(browser.client.cookies)
    assert browser.get(address).status_code == 200
    browser.client.cookies.update(kept)
    assert browser.get(address).status_code == 401
    late = Browser(asked)
    address = way_back(provider.sign_in(late.get(START).headers["location"]))
    asked.clock.wait(minutes=11)
    provider.now += 11 * 60
    assert late.get(address).status_code == 401


@pytest.mark.parametrize("query", ["", "code=x", "state=x", "error=access_denied&state={state}", "code=x&state={state}",
                                   "code={code}&state={state}&iss=https%3A%2F%2Felsewhere.example"])  # fmt: skip
def test_a_way_back_that_is_not_whole_opens_nothing(asked: ExampleService, provider: Provider, query: str) -> None:
    browser = Browser(asked)
    there = provider.sign_in(browser.get(START).headers["location"])
    given = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    assert browser.get(f"/sign-in/callback?{query.format(**given)}").status_code == 401


def test_a_district_without_a_provider_has_no_way_there_and_a_password_none_where_it_is_not_taken(
    asked: ExampleService,
) -> None:
    from tests.serving.access.test_sign_in import form, password_of

    assert Browser(asked).get("/sign-in/provider?district=mesa").status_code == 404
    assert Browser(asked).post("/sign-in", form(password_of(asked))).status_code == 401
    mesa = password_of(asked, "s-ines", "mesa")
    assert Browser(asked).post("/sign-in", form(mesa, district="mesa")).status_code == 303


def test_a_provider_that_does_not_answer_is_said_and_no_fault(asked: ExampleService, provider: Provider) -> None:
    browser = Browser(asked)
    address = way_back(provider.sign_in(browser.get(START).headers["location"]))
    known = asked.context.providers["harbor"]
    found = known.discovery(asked.clock())
    known.known = None
    settings, known.settings = known.settings, known.settings.model_copy(update={"issuer": "http://127.0.0.1:1"})
    assert browser.get(START).status_code == 401
    known.settings, known.known = settings, found
    assert Browser(asked).get(address).status_code == 401


def test_the_challenge_is_that_of_the_standard() -> None:
    """The example of RFC 7636, appendix B."""
    challenge = code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(("lines", "said"), [
    ('issuer = "http://id.example.org"\nclient_id = "x"', "https://"),
    ('issuer = "https://id.example.org"', "needs client_id"),
    ("passwords = false", "nobody could sign in"),
    ('issuer = "https://id.example.org"\nclient_id = "x"\nroles_claim = "groups"', "go together"),
    ('issuer = "https://id.example.org"\nclient_id = "x"\nroles_claim = "g"\nroles = { a = "principal" }', "roles.a"),
])  # fmt: skip
def test_settings_that_nobody_could_sign_in_by_are_refused(tmp_path: Path, lines: str, said: str) -> None:
    file = tmp_path / "ontrack.toml"
    file.write_text(f'[[districts]]\nid = "x"\nname = "X"\n[districts.sign_in]\n{lines}\n')
    with pytest.raises(SettingsRefused, match=said):
        load_settings(file)
