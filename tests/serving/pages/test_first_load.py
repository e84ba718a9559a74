"""What a first look at a page costs in bytes with all that it loads, what is kept for the next, and no secret told."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.pages.current_user import SECRET_BYTES, masked, unmasked
from serving.pages.enhancement import ADDRESS, PINNED
from serving.pages.static_files import script_files, takes_gzip
from serving.scoring.run_writer import write_run
from tests.serving.browser import Browser
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_scores import with_scores
from tests.serving.example_service import TODAY, ExampleService, run_of, scored, scores_of

MOST_BYTES = 60_000
ON_A_PAGE = 50


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[ExampleService]:
    """A district whose list fills a page, with reasons and records."""
    folder = tmp_path_factory.mktemp("many")
    copy_prepared(prepared, folder)
    for service in opened(folder):
        run = run_of("harbor", TODAY + timedelta(days=7))
        rows = [(f"m-{i:02}", f"9{i:02}", "Gil", f"Number{i:02}", 9, "north") for i in range(ON_A_PAGE)]
        students = pd.concat([run.roster.students, pd.DataFrame(rows, columns=run.roster.students.columns)])
        more = tuple(scored(key, "north", 0.2, 4 + i) for i, (key, *_) in enumerate(rows))
        own = replace(run, roster=replace(run.roster, students=students))
        with service.write_session() as session:
            write_run(session, with_scores(own, (*scores_of("harbor"), *more)))
        yield service


def wire_bytes(browser: Browser, path: str) -> int:
    """The bytes of an answer as they are sent."""
    with browser.client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        return sum(len(one) for one in answer.iter_raw())


def loaded_by(html: str) -> list[str]:
    """What a page has its browser load."""
    return re.findall(r'(?:<link[^>]+href|<script[^>]+src)="(/static/[^"]+)"', html)


@pytest.mark.parametrize("path", ["/", "/caseload", "/students/k-amara"])
def test_a_first_look_at_a_page_is_at_most_60_kilobytes(many: ExampleService, path: str) -> None:
    browser = Browser(many, "harbor", "s-lena" if path == "/caseload" else "s-ines")
    html = browser.get(path).text
    loaded = loaded_by(html)
    assert any("ontrack.css" in one for one in loaded)
    first_look = wire_bytes(browser, path) + sum(wire_bytes(browser, one) for one in loaded)
    assert first_look <= MOST_BYTES
    plain = len(html.encode()) + sum(len(browser.get(one).content) for one in loaded)
    assert plain > MOST_BYTES, "as it is, the page would be too large, so the compression is what this test is about"


def test_what_pages_load_is_kept_under_its_digest_and_asked_for_again_without(read_service: ExampleService) -> None:
    browser = Browser(read_service)
    (address,) = [one for one in loaded_by(browser.get("/sign-in").text) if "ontrack.css" in one]
    kept = browser.get(address)
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    for other in (address.partition("?")[0], f"{address[:-1]}{'0' if address[-1] != '0' else '1'}"):
        assert browser.get(other).headers["cache-control"] == "no-cache"
        assert browser.get(other).text == kept.text


def test_each_encoding_has_its_own_tag_and_is_not_sent_again(read_service: ExampleService) -> None:
    browser, tags = Browser(read_service), set()
    for encoding in ("gzip", "identity"):
        answer = asked(browser, Accept_Encoding=encoding)
        assert (answer.headers.get("content-encoding") == "gzip") == (encoding == "gzip")
        assert answer.headers["vary"] == "Accept-Encoding"
        again = asked(browser, Accept_Encoding=encoding, If_None_Match=answer.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")
        tags.add(answer.headers["etag"])
    assert len(tags) == 2


def asked(browser: Browser, **headers: str) -> httpx.Response:
    """The stylesheet, asked for with these headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer: httpx.Response = browser.client.get("/static/ontrack.css", headers=named)
    return answer


def test_no_other_file_is_served_as_a_script(
    read_service: ExampleService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Browser(read_service).get("/static/installed/other.js").status_code == 404
    for name in PINNED:
        (tmp_path / name).write_text("alert(1)")
    monkeypatch.setattr("serving.pages.static_files.FOLDER", tmp_path)
    script_files.cache_clear()
    assert [Browser(read_service).get(f"{ADDRESS}{name}").status_code for name in PINNED] == [404, 404]
    script_files.cache_clear()


@pytest.mark.parametrize(("accepted", "taken"), [
    ("gzip, br", True), ("br, GZIP;q=0.5", True), ("gzip; q=0", False), ("gzip;q=0.000", False), ("identity", False),
    ("", False), ("xgzip", False),
])  # fmt: skip
def test_who_does_not_take_gzip_gets_none(accepted: str, taken: bool) -> None:
    assert takes_gzip(accepted) == taken


def test_the_token_of_a_form_is_another_one_in_each_answer_and_each_is_taken(service: ExampleService) -> None:
    ines = Browser(service, "harbor", "s-ines")
    tokens = [re.findall(r'name="token" value="([^"]+)"', ines.get("/caseload").text)[0] for _ in range(2)]
    assert not {one[i : i + 16] for one in tokens[:1] for i in range(113)} & {tokens[1][i : i + 16] for i in range(113)}
    answers = [ines.post("/caseload/views?band=many", {"token": one, "do": "save"}).status_code for one in tokens]
    assert answers == [303, 303]
    for wrong in (tokens[0][:-1], tokens[0][:-2] + "zz", tokens[0].upper(), tokens[0][:64] + tokens[1][64:], ""):
        assert ines.post("/caseload/views?band=many", {"token": wrong, "do": "save"}).status_code == 403
    other = Browser(service, "harbor", "s-mateo")
    assert other.post("/caseload/views?band=many", {"token": tokens[0], "do": "save"}).status_code == 403


@given(st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES))
def test_a_masked_secret_is_the_same_again(secret: bytes) -> None:
    token = masked(secret)
    assert unmasked(token) == secret
    assert secret.hex() not in token or secret == bytes(SECRET_BYTES)
