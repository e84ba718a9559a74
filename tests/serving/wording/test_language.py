"""Which language somebody gets, and how numbers and dates are written in it."""

from datetime import date

import pytest

from docs.translations import messages
from serving.wording.locale import load_language, negotiate_language
from tests.serving.browser import ApiClient, Browser, Tags
from tests.serving.example_service import ExampleService

COOKIE = "ontrack_language"
ENGLISH, SPANISH = load_language("en"), load_language("es")


@pytest.mark.parametrize(("accepted", "code"), [
    ("", "en"), ("es", "es"), ("es-MX,es;q=0.9,en;q=0.8", "es"), ("en-US,en;q=0.9,es;q=0.8", "en"), ("fr,de", "en"),
    ("fr;q=1, es;q=0.5", "es"), ("es;q=0, en;q=0.1", "en"), ("es;q=0", "en"), ("en;q=0.2, es;q=0.8", "es"),
    ("*", "en"), ("ES-419", "es"), (";;q=x,,", "en"), ("es;q=abc", "en"), ("est", "en"),
])  # fmt: skip
def test_the_language_is_the_one_accepted_most_of_those_there_are(accepted: str, code: str) -> None:
    assert negotiate_language(accepted) == code


@pytest.mark.parametrize(("spec", "value", "written"), [
    (".0%", 0.25, "25%"), ("+.0%", 0.1, "+10%"), ("+.0%", -0.1, "-10%"), (".1f", 2.5, "2.5"), (".0f", 3.0, "3"),
    (".3g", 2.5, "2.5"), (".3g", 2.0, "2"), ("+.1f", -1.5, "-1.5"), ("+.2f", 0.25, "+0.25"), ("", 1234, "1,234"),
    (".1%", 0.04, "4.0%"), ("g", 0.5, "0.5"),
])  # fmt: skip
def test_a_number_keeps_the_format_of_its_sentence(spec: str, value: float, written: str) -> None:
    for one in (ENGLISH, SPANISH):
        assert format(one.localize(value), spec) == written


def test_dates_are_written_as_their_readers_do() -> None:
    day = date(2026, 11, 20)
    assert (ENGLISH.day(day), ENGLISH.short_day(day), ENGLISH.month(day)) == (
        "November 20, 2026",
        "Nov 20, 2026",
        "Nov",
    )
    assert (SPANISH.day(day), SPANISH.short_day(day)) == ("20 de noviembre de 2026", "20 nov 2026")


def test_a_sentence_says_one_or_many() -> None:
    one, many = (
        "{number} student of the whole district was listed. Of these:",
        "{number} students of the whole district were listed. Of these:",
    )
    assert ENGLISH.translate_plural(one, many, 1) == "1 student of the whole district was listed. Of these:"
    assert ENGLISH.translate_plural(one, many, 1200) == "1,200 students of the whole district were listed. Of these:"
    assert (
        SPANISH.translate_plural(one, many, 2) == "2 estudiantes de todo el distrito estuvieron en la lista. De ellos:"
    )


def lena(service: ExampleService, accepted: str = "") -> Browser:
    """District staff of harbor, with a browser that accepts these languages."""
    browser = Browser(service, "harbor", "s-lena")
    browser.client.headers["Accept-Language"] = accepted
    return browser


@pytest.mark.parametrize(
    ("accepted", "code", "says"), [("es-US,es", "es", "Puntos fuertes"), ("fr", "en", "Strengths")]
)
def test_a_page_comes_in_the_language_of_the_browser(
    service: ExampleService, accepted: str, code: str, says: str
) -> None:
    response = lena(service, accepted).get("/students/k-amara")
    assert ("lang", code) in Tags(response.text).attributes
    assert says in response.text
    assert response.headers["content-language"] == code
    assert response.headers["vary"] == "Accept-Language, Cookie, Accept-Encoding"


def test_a_link_changes_the_language_keeps_the_page_and_is_remembered(service: ExampleService) -> None:
    browser = lena(service, "en")
    english = browser.get("/caseload?show=all&page=1")
    links = [value for name, value in Tags(english.text).attributes if name == "href" and value.startswith("?")]
    assert links == ["?show=all&page=1&lang=es"]
    spanish = browser.get(f"/caseload{links[0]}")
    cookie = spanish.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=es; ")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Todos los estudiantes" in spanish.text
    later = browser.get("/students/k-amara")
    assert "Puntos fuertes" in later.text
    assert "set-cookie" not in later.headers
    assert "Strengths" in browser.get("/students/k-amara?lang=en").text


@pytest.mark.parametrize("value", ["xx", "", "../../en", "<b>", "es\r\nX: y"])
def test_an_unknown_language_is_nobodys(service: ExampleService, value: str) -> None:
    browser = lena(service)
    browser.client.cookies.set(COOKIE, "klingon")
    response = browser.client.get("/caseload", params={"lang": value})
    assert ("lang", "en") in Tags(response.text).attributes
    assert "set-cookie" not in response.headers
    assert "<b>" not in response.text


def test_error_pages_and_the_sign_in_come_in_the_language_too(service: ExampleService) -> None:
    browser = lena(service, "es")
    assert "Aquí no hay nada" in browser.get("/students/k-nobody").text
    browser.client.cookies.clear()
    assert "Contraseña" in browser.get("/sign-in").text
    wrong = browser.post("/sign-in", {"district": "mesa", "email": "x", "password": "x"})
    assert "Eso no funcionó" in wrong.text


def test_signing_out_keeps_the_language_that_was_chosen(service: ExampleService) -> None:
    browser = lena(service)
    browser.get("/caseload?lang=es")
    assert browser.post("/sign-out").headers["location"] == "/sign-in?lang=es"
    assert lena(service, "es").post("/sign-out").headers["location"] == "/sign-in"


def test_a_program_gets_sentences_in_the_language_it_accepts(service: ExampleService) -> None:
    program = ApiClient(service, "harbor")
    answers = {}
    for accepted in ("", "es"):
        program.headers["Accept-Language"] = accepted
        response = program.ask("GET", "/v1/students/k-amara/scores")
        answers[accepted] = response.json()["scores"][0]
        assert response.headers["content-language"] == (accepted or "en")
        assert "Accept-Language" in response.headers["vary"]
    english, spanish = answers[""], answers["es"]
    assert [one["sentence"] for one in spanish["reasons"]][:1] == ["Faltó al 25% de los últimos 20 días de clases."]
    assert [one["value"] for one in spanish["reasons"]] == [one["value"] for one in english["reasons"]]
    assert spanish["way_back"]["steps"][1]["sentence"].startswith("Aprobar al menos 7 de las 8 notas finales")


@pytest.mark.parametrize("path", ["/caseload", "/caseload?show=all", "/students/k-amara", "/students/k-bruno"])
def test_no_english_sentence_is_left_on_a_spanish_page(service: ExampleService, path: str) -> None:
    english = [
        one for one in messages() if isinstance(one, str) and len(one) > 12 and "{" not in one and "%" not in one
    ]
    html = lena(service, "es").get(path).text
    assert len(english) > 100
    assert [words for words in english if words in html] == []


def test_a_language_chosen_while_signed_out_goes_along_to_the_sign_in_page(service: ExampleService) -> None:
    browser = lena(service, "en")
    browser.post("/sign-out")
    assert browser.get("/?lang=es").headers["location"] == "/sign-in?lang=es"
    assert browser.get("/?lang=x%0d%0aSet-Cookie:y").headers["location"] == "/sign-in"
