"""A code of an app beside a password: set up at the first sign-in of who needs one, asked for ever after."""

import base64
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest
import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from features.settings import Settings
from serving.access.accounts import end_sessions, open_session
from serving.access.permissions import give_permission
from serving.access.sealed_secrets import SealedSecrets, SecretsKeyRefused
from serving.access.second_factor import needed_stage, remove_second_factor, start_enrollment
from serving.pages.qr_code import QUIET
from serving.store.rows import StaffRow
from serving.store.sign_in_rows import RecoveryCodeRow, SecondFactorRow
from tests.serving.access.test_sign_in import form, password_of
from tests.serving.browser import Browser
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_service import ExampleService


@pytest.fixture
def service(tmp_path: Path, prepared: Path) -> Iterator[ExampleService]:
    """A service in which counselors need a code."""

    def adapt(settings: Settings) -> Settings:
        needing = settings.service.model_copy(update={"second_factor": ("counselor", "administration")})
        return settings.model_copy(update={"service": needing})

    copy_prepared(prepared, tmp_path)
    yield from opened(tmp_path, adapt=adapt)


def half_way(service: ExampleService) -> Browser:
    """Somebody whose password was right, without the work of checking it."""
    browser, now = Browser(service), service.clock()
    with service.write_session() as session:
        staff = session.get_one(StaffRow, ("harbor", "s-ines"))
        stage = needed_stage(session, staff, ("counselor",))
        if stage == "enrollment":
            start_enrollment(session, staff, service.context.secrets, now)
        browser.client.cookies.set("ontrack_session", open_session(session, "harbor", "s-ines", now, stage))
    return browser


def code_of(service: ExampleService, secret: str, *, steps: int = 0) -> str:
    """The code that an app shows, some steps of thirty seconds off."""
    app = TOTP(base64.b32decode(secret), 6, SHA1(), 30)
    return app.generate(int(service.clock().timestamp()) + 30 * steps).decode()


def enrolled(service: ExampleService) -> tuple[str, list[str]]:
    """The secret and the recovery codes of somebody who set up an app."""
    browser = half_way(service)
    shown = browser.get("/sign-in/code").text
    secret = re.sub(r"\s", "", re.findall(r'<code class="key">([^<]+)</code>', shown)[0])
    done = browser.post("/sign-in/code", {"code": code_of(service, secret)})
    assert done.status_code == 200
    assert browser.get("/caseload").status_code == 200
    service.clock.wait(minutes=1)
    return secret, re.findall(r"<li><code>([^<]+)</code></li>", done.text)


def test_the_picture_holds_the_same_address_as_the_link_and_can_be_read_in_the_dark(service: ExampleService) -> None:
    shown = half_way(service).get("/sign-in/code").text
    address = unescape(re.findall(r'href="(otpauth:[^"]+)"', shown)[0])
    drawn = r'<svg role="img" viewBox="0 0 (\d+) \d+" class="qr">.*?<path stroke="#000" d="([^"]+)"'
    size, path = re.findall(drawn, shown)[0]
    expected = segno.make(address, error="m", micro=False)
    assert int(size) == expected.symbol_size(border=QUIET)[0]
    assert dark_modules(path) == {
        (column + QUIET, row + QUIET)
        for row, cells in enumerate(expected.matrix)
        for column, cell in enumerate(cells)
        if cell
    }
    assert "<title>QR code that holds the key</title>" in shown


def dark_modules(path: str) -> set[tuple[int, int]]:
    """The places that the strokes of a path cover, each one module high."""
    found, column, row = set(), 0, 0
    for kind, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        first, *second = (float(one) for one in numbers.split())
        if kind == "h":
            found |= {(at, row) for at in range(column, column + int(first))}
            column += int(first)
        else:
            column = int(first) + (column if kind == "m" else 0)
            row = int(second[0]) + (row if kind == "m" else 0)
    return found


def test_who_needs_a_code_sets_up_an_app_and_is_asked_from_then_on(service: ExampleService) -> None:
    password, browser = password_of(service), Browser(service)
    assert browser.post("/sign-in", form(password)).headers["location"] == "/sign-in/code"
    assert 'class="key"' in browser.get("/sign-in/code").text
    secret, codes = enrolled(service)
    assert len(set(codes)) == 10
    answer = browser.post("/sign-in", form(password) | {"next": "/students/k-amara"})
    assert answer.headers["location"] == "/sign-in/code?next=%2Fstudents%2Fk-amara"
    for page in ("/caseload", "/learn", "/roles"):
        assert browser.get(page).status_code == 303
    assert secret not in re.sub(r"\s", "", browser.get("/sign-in/code").text)
    before = dict(browser.client.cookies)
    answer = browser.post("/sign-in/code", {"code": code_of(service, secret), "next": "/students/k-amara"})
    assert answer.headers["location"] == "/students/k-amara"
    assert browser.get("/caseload").status_code == 200
    assert dict(browser.client.cookies) != before


def test_who_does_not_need_one_is_not_asked_and_a_permission_can_need_one(service: ExampleService) -> None:
    kira, typed = Browser(service), form(password_of(service, "s-kira"), "s-kira@example.org")
    assert kira.post("/sign-in", typed).headers["location"] == "/"
    with service.write_session() as session:
        give_permission(session, "harbor", "s-kira", "administration", service.clock())
    assert kira.post("/sign-in", typed).headers["location"] == "/sign-in/code"


def test_a_code_holds_once_and_a_step_before_and_after_its_time(service: ExampleService) -> None:
    secret, _ = enrolled(service)
    for steps, right in ((-2, False), (-1, True), (2, False), (1, True), (1, False), (0, False)):
        browser = half_way(service)
        answer = browser.post("/sign-in/code", {"code": code_of(service, secret, steps=steps)})
        assert (answer.status_code == 303) is right, steps


def test_a_recovery_code_takes_the_place_of_the_app_once(service: ExampleService) -> None:
    _, codes = enrolled(service)
    typed = codes[0].upper().replace("-", " ")
    assert half_way(service).post("/sign-in/code", {"code": typed}).status_code == 303
    assert half_way(service).post("/sign-in/code", {"code": typed}).status_code == 401
    assert len(service.rows(RecoveryCodeRow)) == 9
    kept = repr([vars(row) for table in (RecoveryCodeRow, SecondFactorRow) for row in service.rows(table)])
    assert not [code for code in codes if code.replace("-", "") in kept]


@pytest.mark.parametrize("code", ["", "000000", "12345", "éééééé", "١٢٣٤٥٦", "a" * 60, "\0"])
def test_a_wrong_code_opens_nothing(service: ExampleService, code: str) -> None:
    browser = half_way(service)
    assert browser.post("/sign-in/code", {"code": code}).status_code in (401, 422)
    assert browser.get("/caseload").status_code == 303


def test_the_fourth_code_in_ten_minutes_is_refused_even_if_right_and_in_another_browser(
    service: ExampleService,
) -> None:
    secret, _ = enrolled(service)
    for _ in range(3):
        assert half_way(service).post("/sign-in/code", {"code": "000000"}).status_code == 401
    refused = half_way(service).post("/sign-in/code", {"code": code_of(service, secret)})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "600")


def test_a_password_alone_is_forgotten_after_ten_minutes(service: ExampleService) -> None:
    secret, _ = enrolled(service)
    browser = half_way(service)
    service.clock.wait(minutes=10)
    late: httpx.Response = browser.post("/sign-in/code", {"code": code_of(service, secret)})
    assert late.headers["location"] == "/sign-in"
    assert Browser(service).get("/sign-in/code").headers["location"] == "/sign-in"


def test_a_lost_phone_is_taken_away_and_a_new_one_set_up(service: ExampleService) -> None:
    secret, codes = enrolled(service)
    with service.write_session() as session:
        remove_second_factor(session, "harbor", "s-ines")
    browser = half_way(service)
    assert 'class="key"' in browser.get("/sign-in/code").text
    for old in (code_of(service, secret), codes[0]):
        assert browser.post("/sign-in/code", {"code": old}).status_code == 401


def test_sessions_end_for_every_process_of_the_service_at_once(service: ExampleService) -> None:
    """Each request looks its session up in the database: nothing is remembered beside it."""
    browser = Browser(service, "harbor", "s-ines")
    assert browser.get("/caseload").status_code == 200
    with service.write_session() as session:
        end_sessions(session, "harbor", "s-ines")
    assert browser.get("/caseload").status_code == 303


def test_a_sealed_text_opens_with_its_key_for_its_purpose_and_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = SealedSecrets(tmp_path / "keys")
    sealed = box.seal("a secret", "this")
    assert "a secret" not in sealed
    assert SealedSecrets(tmp_path / "keys").open(sealed, "this") == "a secret"
    assert (tmp_path / "keys" / "secrets.key").stat().st_mode & 0o077 == 0
    for other in (sealed[:-6] + "AAAA==", "a secret", "", "sealed:", "sealed:é", sealed + "A"):
        assert box.open(other, "this") is None
    assert box.open(sealed, "that") is None
    monkeypatch.setenv("ONTRACK_SECRETS_KEY", base64.b64encode(b"k" * 32).decode())
    assert SealedSecrets(tmp_path / "keys").open(sealed, "this") is None
    monkeypatch.setenv("ONTRACK_SECRETS_KEY", "short")
    with pytest.raises(SecretsKeyRefused, match="openssl rand"):
        SealedSecrets(tmp_path / "keys").seal("a secret", "this")
