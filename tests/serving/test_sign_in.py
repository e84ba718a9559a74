"""Signing in, staying signed in, and signing out."""

import pytest

from features.errors import Refused
from serving.access.accounts import create_api_key, create_password
from serving.store.rows import ApiKeyRow, SessionRow, StaffRow
from tests.serving.browser import Browser, Program
from tests.serving.cast import Stage


def password_of(stage: Stage, staff_id: str = "s-ines", district_id: str = "harbor") -> str:
    """A password made for somebody."""
    with stage.writing() as session:
        return create_password(session, district_id, staff_id)


def form(password: str, email: str = "s-ines@example.org", district: str = "harbor") -> dict[str, str]:
    """What somebody types."""
    return {"district": district, "email": email, "password": password}


def test_nobody_can_sign_in_before_a_password_was_made(stage: Stage) -> None:
    assert Browser(stage).post("/sign-in", form("")).status_code == 422
    assert Browser(stage).post("/sign-in", form("password")).status_code == 401


def test_a_person_signs_in_and_reaches_the_caseload(stage: Stage) -> None:
    browser = Browser(stage)
    response = browser.post("/sign-in", form(password_of(stage), email=" S-Ines@example.org "))
    assert (response.status_code, response.headers["location"]) == (303, "/caseload")
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Ines Moreno" in browser.get("/caseload").text


def test_over_https_only_this_host_can_set_the_session(stage: Stage) -> None:
    browser = Browser(stage)
    browser.client.base_url = "https://testserver"
    cookie = browser.post("/sign-in", form(password_of(stage))).headers["set-cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie


def test_a_password_holds_in_its_own_district_only(stage: Stage) -> None:
    password = password_of(stage)
    assert Browser(stage).post("/sign-in", form(password, district="mesa")).status_code == 401


def test_known_and_unknown_people_get_the_same_answer(stage: Stage) -> None:
    password_of(stage)
    known = Browser(stage).post("/sign-in", form("wrong"))
    unknown = Browser(stage).post("/sign-in", form("wrong", email="nobody@example.org"))
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)


@pytest.mark.parametrize("email", ["s-ines@example.org", "nobody@example.org"])
def test_the_fourth_try_in_ten_minutes_is_refused_even_if_right(stage: Stage, email: str) -> None:
    password = password_of(stage)
    for _ in range(3):
        assert Browser(stage).post("/sign-in", form("wrong", email=email)).status_code == 401
        stage.clock.wait(minutes=1)
    refused = Browser(stage).post("/sign-in", form(password, email=email))
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "420")


def test_after_ten_minutes_and_in_other_accounts_one_may_try_again(stage: Stage) -> None:
    password, other = password_of(stage), password_of(stage, "s-kira")
    for _ in range(3):
        Browser(stage).post("/sign-in", form("wrong"))
    assert Browser(stage).post("/sign-in", form(other, email="s-kira@example.org")).status_code == 303
    stage.clock.wait(minutes=10)
    assert Browser(stage).post("/sign-in", form(password)).status_code == 303


def test_signing_in_gives_a_new_session_and_ends_the_one_before(stage: Stage) -> None:
    browser = Browser(stage, "harbor", "s-ines")
    before = dict(browser.client.cookies)
    browser.post("/sign-in", form(password_of(stage, "s-kira"), email="s-kira@example.org"))
    old = Browser(stage)
    old.client.cookies.update(before)
    assert old.get("/caseload").status_code == 303


def test_signing_out_ends_the_session_on_the_server(stage: Stage) -> None:
    browser = Browser(stage, "harbor", "s-ines")
    kept = dict(browser.client.cookies)
    assert browser.post("/sign-out").headers["location"] == "/sign-in"
    thief = Browser(stage)
    thief.client.cookies.update(kept)
    assert thief.get("/caseload").status_code == 303


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (30, 303)])
def test_an_idle_session_ends(stage: Stage, minutes: int, status: int) -> None:
    browser = Browser(stage, "harbor", "s-ines")
    stage.clock.wait(minutes=minutes)
    assert browser.get("/caseload").status_code == status


def test_a_session_in_use_ends_after_twelve_hours(stage: Stage) -> None:
    browser = Browser(stage, "harbor", "s-ines")
    for _ in range(12 * 3 - 1):
        stage.clock.wait(minutes=20)
        assert browser.get("/caseload").status_code == 200
    stage.clock.wait(minutes=20)
    assert browser.get("/caseload").status_code == 303


def test_a_new_password_signs_its_owner_out(stage: Stage) -> None:
    browser = Browser(stage, "harbor", "s-ines")
    password_of(stage)
    assert browser.get("/caseload").status_code == 303


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_of_another_site_is_refused(stage: Stage, path: str, site: str) -> None:
    browser = Browser(stage, "harbor", "s-ines")
    assert browser.post(path, form("x"), site=site).status_code == 403
    assert browser.get("/caseload").status_code == 200


def test_a_form_that_does_not_say_where_it_comes_from_is_refused(stage: Stage) -> None:
    client = Browser(stage).client
    assert client.post("/sign-out").status_code == 403
    assert client.post("/sign-out", headers={"Origin": "http://elsewhere"}).status_code == 403
    assert client.post("/sign-out", headers={"Origin": "http://testserver"}).status_code == 303


def test_secrets_are_kept_as_digests_only(stage: Stage) -> None:
    password = password_of(stage)
    browser, program = Browser(stage), Program(stage, "harbor")
    browser.post("/sign-in", form(password))
    secrets = [password, *browser.client.cookies.values(), program.headers["Authorization"].split("_")[2]]
    kept = repr([vars(row) for table in (StaffRow, SessionRow, ApiKeyRow) for row in stage.rows(table)])
    assert not [secret for secret in secrets if secret in kept]
    assert "$argon2id$" in kept


def test_passwords_and_keys_are_for_people_and_scopes_that_exist(stage: Stage) -> None:
    with stage.writing() as session:
        with pytest.raises(Refused, match="no staff 's-nobody'"):
            create_password(session, "harbor", "s-nobody")
        with pytest.raises(Refused, match="unknown scope everything"):
            create_api_key(session, "harbor", "x", ("everything",))
