"""A request sent twice under one key has one effect and one answer."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import httpx
import pytest
from fastapi import Depends
from pydantic import BaseModel

from serving.access.authorize import Client
from serving.api.clients import ClientWithScope
from serving.store.kept_answer_rows import KeptAnswerRow
from tests.serving.browser import ApiClient
from tests.serving.example_service import ExampleService

KEY = "d0c2f7d6-2b1e-4a52-9d3a-0f6f3a1e7c11"
PATH = "/v1/notes"


class Note(BaseModel):
    """A body with a student's name in it."""

    text: str


class Effects:
    """What the route did."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.began = threading.Event()


@pytest.fixture
def effects(service: ExampleService) -> Iterator[Effects]:
    """A service with a route that has an effect each time it runs."""
    effects = Effects()

    @service.app.post(PATH, status_code=201)
    def post_note(note: Note, _client: Annotated[Client, Depends(ClientWithScope("supports.write"))]) -> Note:
        effects.began.set()
        effects.go_on.wait(10)
        if note.text == "fault":
            raise RuntimeError(note.text)
        effects.done.append(note.text)
        return Note(text=f"{note.text} {len(effects.done)}")

    yield effects
    effects.go_on.set()


def program(service: ExampleService, district_id: str = "harbor") -> ApiClient:
    """A program that may write."""
    return ApiClient(service, district_id, "supports.write")


def post(one: ApiClient, text: str = "Zzcanary", key: str = KEY) -> httpx.Response:
    """Sends a body under a key."""
    headers = one.headers | {"Idempotency-Key": key}
    answer: httpx.Response = one.client.post(PATH, json={"text": text}, headers=headers)
    return answer


def test_the_second_time_has_no_effect_and_the_same_answer(service: ExampleService, effects: Effects) -> None:
    one = program(service)
    first, second = post(one), post(one)
    assert effects.done == ["Zzcanary"]
    assert (first.status_code, first.content) == (second.status_code, second.content) == (201, b'{"text":"Zzcanary 1"}')
    assert [answer.headers.get("idempotency-replayed") for answer in (first, second)] == [None, "true"]
    assert second.headers["content-type"] == first.headers["content-type"]


def test_another_body_under_the_same_key_is_refused_and_other_keys_and_programs_are_their_own(
    service: ExampleService, effects: Effects
) -> None:
    one, same_district, other_district = program(service), program(service), program(service, "mesa")
    post(one)
    refused = post(one, "another")
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert "used for another request" in refused.text
    for other, key in ((same_district, KEY), (other_district, KEY), (one, KEY.replace("d", "e"))):
        assert post(other, "another", key).status_code == 201
    assert len(effects.done) == 4


def test_fifty_at_once_have_one_effect(service: ExampleService, effects: Effects) -> None:
    one = program(service)
    effects.go_on.clear()
    with ThreadPoolExecutor(10) as threads:
        first = threads.submit(post, one)
        effects.began.wait(10)
        meanwhile = list(threads.map(lambda _: post(one).status_code, range(24)))
        effects.go_on.set()
        assert first.result().status_code == 201
        after = list(threads.map(lambda _: post(one).status_code, range(25)))
    assert (set(meanwhile), set(after)) == ({409}, {201})
    assert effects.done == ["Zzcanary"]


def test_what_did_not_go_well_may_be_sent_again(service: ExampleService, effects: Effects) -> None:
    one = program(service)
    assert [post(one, "fault").status_code, post(one, "fault").status_code] == [500, 500]
    assert one.client.post(PATH, json={}, headers=one.headers | {"Idempotency-Key": KEY}).status_code == 422
    assert post(one).status_code == 201


def test_a_request_whose_server_is_gone_may_be_sent_again_after_a_while_and_an_answer_is_kept_a_day(
    service: ExampleService, effects: Effects
) -> None:
    one = program(service)
    post(one)
    with service.write_session() as session:
        for row in session.query(KeptAnswerRow):
            row.sealed = ""
    assert post(one).status_code == 409
    service.clock.wait(minutes=10)
    assert post(one).status_code == 201
    service.clock.wait(hours=25)
    assert post(one).content == b'{"text":"Zzcanary 3"}'
    assert len(service.rows(KeptAnswerRow)) == 1


def test_nothing_that_was_sent_or_answered_is_kept_in_clear_and_a_changed_row_answers_nothing(
    service: ExampleService, effects: Effects
) -> None:
    one = program(service)
    post(one)
    (row,) = service.rows(KeptAnswerRow)
    assert not [said for said in map(str, vars(row).values()) if "Zzcanary" in said or KEY in said]
    with service.write_session() as session:
        for kept in session.query(KeptAnswerRow):
            kept.sealed = kept.sealed[:-4] + "AAAA"
    assert post(one).status_code == 422


@pytest.mark.parametrize("key", ["short", "with a space in it, and long", "x" * 201])
def test_a_key_that_others_could_guess_is_refused(service: ExampleService, effects: Effects, key: str) -> None:
    answer = post(program(service), key=key)
    assert (answer.status_code, effects.done) == (422, [])
    assert "such as a UUID" in answer.text


def test_who_has_no_good_key_or_scope_finds_out_first(service: ExampleService, effects: Effects) -> None:
    assert post(ApiClient(service)).status_code == 401
    assert post(ApiClient(service, "harbor", "models.read")).status_code == 403
    assert service.rows(KeptAnswerRow) == []
