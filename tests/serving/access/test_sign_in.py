"""Signing in, staying signed in, and signing out."""

from urllib.parse import quote_plus

import pytest

from features.errors import Refused
from serving.access.accounts import create_password
from serving.access.api_keys import Grant, create_api_key
from serving.access.scopes import DEFAULT_SCOPES
from serving.pages.next_page import own_path
from serving.store.rows import ApiKeyRow, SessionRow, StaffRow
from tests.serving.browser import ApiClient, Browser, drawn_password
from tests.serving.example_service import ExampleService


def password_of(service: ExampleService, staff_id: str = "s-ines", district_id: str = "harbor") -> str:
    """A password made for somebody."""
    with service.write_session() as session:
        return create_password(session, district_id, staff_id, lambda: drawn_password(f"{staff_id} of {district_id}"))


def form(password: str, email: str = "s-ines@example.org", district: str = "harbor") -> dict[str, str]:
    """What somebody types."""
    return {"district": district, "email": email, "password": password}


def test_nobody_can_sign_in_before_a_password_was_made(service: ExampleService) -> None:
    assert Browser(service).post("/sign-in", form("")).status_code == 422
    assert Browser(service).post("/sign-in", form("password")).status_code == 401


def test_a_person_signs_in_and_reaches_their_week_and_caseload(service: ExampleService) -> None:
    browser = Browser(service)
    response = browser.post("/sign-in", form(password_of(service), email=" S-Ines@example.org "))
    assert (response.status_code, response.headers["location"]) == (303, "/")
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Ines Moreno" in browser.get("/caseload").text


def test_a_deep_link_survives_the_sign_in_and_a_wrong_password(service: ExampleService) -> None:
    browser, page = Browser(service), "/students/k-amara?show=all&page=2"
    asked = browser.get(f"{page}&lang=es").headers["location"]
    assert asked == "/sign-in?lang=es&next=%2Fstudents%2Fk-amara%3Fshow%3Dall%26page%3D2"
    field = f'name="next" value="{page.replace("&", "&amp;")}"'
    assert field in browser.get(asked).text
    wrong = browser.post("/sign-in", form("wrong") | {"next": page})
    assert field in wrong.text
    assert 'value="s-ines@example.org"' in wrong.text
    right = browser.post("/sign-in", form(password_of(service)) | {"next": page})
    assert right.headers["location"] == page
    assert browser.get(f"/sign-in?next={quote_plus(page)}").headers["location"] == page


@pytest.mark.parametrize("page", [
    "https://elsewhere.example", "//elsewhere.example/x", "/\\elsewhere.example", "\\\\elsewhere.example", "caseload",
    "javascript:alert(1)", "/ /elsewhere", "/\t/elsewhere.example", "/students/\r\nSet-Cookie: a=b", "/sign-in?next=/",
    "/sign-out", "///elsewhere.example", "/" + "x" * 501, "/caseload?q=\u0301", "",
])  # fmt: skip
def test_a_path_that_leads_elsewhere_is_never_led_on_to(page: str) -> None:
    assert own_path(page) == "/"


def test_the_sign_in_leads_on_to_own_pages_only(service: ExampleService) -> None:
    response = Browser(service).post("/sign-in", form(password_of(service)) | {"next": "//elsewhere.example/x"})
    assert response.headers["location"] == "/"


def test_a_page_that_says_what_went_wrong_keeps_name_and_sign_out(service: ExampleService) -> None:
    browser = Browser(service, "harbor", "s-ines")
    for path, status in (("/students/k-nobody", 404), ("/caseload?page=0", 422), ("/nothing", 404)):
        response = browser.get(path)
        assert response.status_code == status
        assert "Ines Moreno" in response.text
        assert 'action="/sign-out"' in response.text
    assert "Sign out" not in Browser(service).get("/nothing").text


def test_over_https_only_this_host_can_set_the_session(service: ExampleService) -> None:
    browser = Browser(service)
    browser.client.base_url = "https://testserver"
    cookie = browser.post("/sign-in", form(password_of(service))).headers["set-cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie


def test_a_password_holds_in_its_own_district_only(service: ExampleService) -> None:
    password = password_of(service)
    assert Browser(service).post("/sign-in", form(password, district="mesa")).status_code == 401


def test_known_and_unknown_people_get_the_same_answer(service: ExampleService) -> None:
    password_of(service)
    known = Browser(service).post("/sign-in", form("wrong"))
    unknown = Browser(service).post("/sign-in", form("wrong", email="nobody@example.org"))
    said = [answer.text.replace(typed, "") for answer, typed in ((known, "s-ines"), (unknown, "nobody"))]
    assert (known.status_code, said[0]) == (unknown.status_code, said[1])


@pytest.mark.parametrize("email", ["s-ines@example.org", "nobody@example.org"])
def test_the_fourth_try_in_ten_minutes_is_refused_even_if_right(service: ExampleService, email: str) -> None:
    password = password_of(service)
    for _ in range(3):
        assert Browser(service).post("/sign-in", form("wrong", email=email)).status_code == 401
        service.clock.wait(minutes=1)
    refused = Browser(service).post("/sign-in", form(password, email=email))
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "420")


def test_after_ten_minutes_and_in_other_accounts_one_may_try_again(service: ExampleService) -> None:
    password, other = password_of(service), password_of(service, "s-kira")
    for _ in range(3):
        Browser(service).post("/sign-in", form("wrong"))
    assert Browser(service).post("/sign-in", form(other, email="s-kira@example.org")).status_code == 303
    service.clock.wait(minutes=10)
    assert Browser(service).post("/sign-in", form(password)).status_code == 303


def test_signing_in_gives_a_new_session_and_ends_the_one_before(service: ExampleService) -> None:
    browser = Browser(service, "harbor", "s-ines")
    before = dict(browser.client.cookies)
    browser.post("/sign-in", form(password_of(service, "s-kira"), email="s-kira@example.org"))
    old = Browser(service)
    old.client.cookies.update(before)
    assert old.get("/caseload").status_code == 303


def test_signing_out_ends_the_session_on_the_server(service: ExampleService) -> None:
    browser = Browser(service, "harbor", "s-ines")
    kept = dict(browser.client.cookies)
    assert browser.post("/sign-out").headers["location"] == "/sign-in"
    thief = Browser(service)
    thief.client.cookies.update(kept)
    assert thief.get("/caseload").status_code == 303


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (30, 303)])
def test_an_idle_session_ends(service: ExampleService, minutes: int, status: int) -> None:
    browser = Browser(service, "harbor", "s-ines")
    service.clock.wait(minutes=minutes)
    assert browser.get("/caseload").status_code == status


def test_a_session_in_use_ends_after_twelve_hours(service: ExampleService) -> None:
    browser = Browser(service, "harbor", "s-ines")
    for _ in range(12 * 3 - 1):
        service.clock.wait(minutes=20)
        assert browser.get("/caseload").status_code == 200
    service.clock.wait(minutes=20)
    assert browser.get("/caseload").status_code == 303


def test_a_new_password_signs_its_owner_out(service: ExampleService) -> None:
    browser = Browser(service, "harbor", "s-ines")
    password_of(service)
    assert browser.get("/caseload").status_code == 303


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_of_another_site_is_refused(service: ExampleService, path: str, site: str) -> None:
    browser = Browser(service, "harbor", "s-ines")
    assert browser.post(path, form("x"), site=site).status_code == 403
    assert browser.get("/caseload").status_code == 200


def test_a_form_that_does_not_say_where_it_comes_from_is_refused(service: ExampleService) -> None:
    client = Browser(service).client
    assert client.post("/sign-out").status_code == 403
    assert client.post("/sign-out", headers={"Origin": "http://elsewhere"}).status_code == 403
    assert client.post("/sign-out", headers={"Origin": "http://testserver"}).status_code == 303


def test_secrets_are_kept_as_digests_only(service: ExampleService) -> None:
    password = password_of(service)
    browser, program = Browser(service), ApiClient(service, "harbor")
    browser.post("/sign-in", form(password))
    secrets = [password, *browser.client.cookies.values(), program.headers["Authorization"].split("_")[2]]
    kept = repr([vars(row) for table in (StaffRow, SessionRow, ApiKeyRow) for row in service.rows(table)])
    assert not [secret for secret in secrets if secret in kept]
    assert "$argon2id$" in kept


def test_passwords_and_keys_are_for_people_and_scopes_that_exist(service: ExampleService) -> None:
    with service.write_session() as session:
        with pytest.raises(Refused, match="no staff 's-nobody'"):
            create_password(session, "harbor", "s-nobody")
        with pytest.raises(Refused, match="unknown scope everything"):
            create_api_key(session, "harbor", "x", Grant(("everything",)), now=service.clock())
        with pytest.raises(Refused, match="no school east"):
            create_api_key(session, "harbor", "x", Grant(DEFAULT_SCOPES, ("east",)), now=service.clock())
