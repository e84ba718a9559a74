"""Scores go back to Ed-Fi as assessments: bounded by a client, as the schema has them, and twice is once."""

from collections.abc import Iterator

import pytest

from features.feed_settings import EdFiFeed
from serving.access.api_keys import Grant, UnknownKey
from serving.access.clients import create_client, revoke_client
from serving.feeds.edfi import edfi_resources
from serving.feeds.scores import SentScore, scores_to_send
from serving.feeds.sender import FeedRefused, FeedSender, Receiver, Sent, credentials_of
from serving.store.rows import AccessRow, RunRow
from tests.serving.example_service import ExampleService
from tests.serving.feeds.edfi_api import KEY, SECRET, EdFiApi, running_api

NAMESPACE = "uri://ontrack.harbor.example"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[EdFiApi]:
    """An Ed-Fi API that knows the students of the harbor district."""
    monkeypatch.setenv("ONTRACK_EDFI_KEY_HARBOR", KEY)
    monkeypatch.setenv("ONTRACK_EDFI_SECRET_HARBOR", SECRET)
    with running_api() as running:
        running.students = {str(number) for number in range(100, 110)}
        yield running


def client_of(service: ExampleService, *scopes: str, schools: tuple[str, ...] = ()) -> str:
    """A client of the district with these scopes and schools."""
    with service.write_session() as session:
        grant = Grant(scopes or ("scores.read",), schools)
        return create_client(session, "harbor", "feed", grant, service.clock())[0]


def feed_of(service: ExampleService, api: EdFiApi, *scopes: str, schools: tuple[str, ...] = ()) -> EdFiFeed:
    """A feed whose client has these scopes."""
    client_id = client_of(service, *scopes, schools=schools)
    return EdFiFeed(url=api.url, token_url=f"{api.url}/oauth/token", namespace=NAMESPACE, client=client_id)


def scores(service: ExampleService, feed: EdFiFeed) -> list[SentScore]:
    """The scores that the feed may send."""
    with service.write_session() as session:
        return scores_to_send(session, "harbor", feed.client, "Ed-Fi", service.clock())


def send(service: ExampleService, feed: EdFiFeed) -> Sent:
    """Sends the newest list."""
    receiver = Receiver("Ed-Fi", feed.url, feed.token_url, credentials_of("Ed-Fi", "harbor"))
    return FeedSender(receiver, wait=lambda _: None).send(edfi_resources(feed, scores(service, feed)))


def test_a_list_is_sent_as_assessments_of_an_own_namespace_and_twice_is_once(
    service: ExampleService, api: EdFiApi
) -> None:
    feed = feed_of(service, api)
    api.busy, api.expires = 2, 6
    sent = send(service, feed)
    assert (sent.refused, sent.taken["assessments"], api.tokens) == ({}, 1, 2)
    kept = dict(api.kept)
    results = {key[4]: body for key, body in kept.items() if key[0] == "studentAssessments"}
    assert sent.taken["studentAssessments"] == len(results) > 2
    assert results["100"]["scoreResults"] == [
        {
            "assessmentReportingMethodDescriptor": f"{NAMESPACE}/AssessmentReportingMethodDescriptor#Risk",
            "resultDatatypeTypeDescriptor": "uri://ed-fi.org/ResultDatatypeTypeDescriptor#Decimal",
            "result": "0.8300",
        }
    ]
    assert "Amara" not in str(kept)
    assert "absence" not in str(kept)
    assert send(service, feed).refused == {}
    assert api.kept == kept


def test_a_feed_sends_what_its_client_may_read_and_the_access_log_says_so(
    service: ExampleService, api: EdFiApi
) -> None:
    everything, north = (scores(service, feed_of(service, api, schools=schools)) for schools in ((), ("north",)))
    assert {one.school_id for one in everything} == {"north", "south"}
    assert {one.school_id for one in north} == {"north"}
    row = [row for row in service.rows(AccessRow) if isinstance(row, AccessRow)][-1]
    assert (row.action, row.object, row.reason) == ("scores.read", "scores: Ed-Fi", "client")
    assert len(row.students) == len(north)
    with pytest.raises(UnknownKey, match="may not read scores"):
        scores(service, feed_of(service, api, "models.read"))
    revoked = feed_of(service, api)
    with service.write_session() as session:
        revoke_client(session, "harbor", revoked.client, service.clock())
    with pytest.raises(UnknownKey, match="revoked"):
        scores(service, revoked)


def test_a_part_of_the_year_that_is_not_judged_has_a_band_and_no_risk(service: ExampleService, api: EdFiApi) -> None:
    with service.write_session() as session:
        session.query(RunRow).update({"not_judged": "part"})
    feed = feed_of(service, api)
    assert send(service, feed).refused == {}
    results = [body for key, body in api.kept.items() if key[0] == "studentAssessments"]
    assert {(str(body["scoreResults"]), bool(body["performanceLevels"])) for body in results} == {("[]", True)}


def test_what_the_api_does_not_take_is_counted_without_a_value(service: ExampleService, api: EdFiApi) -> None:
    feed = feed_of(service, api)
    api.students = {"100"}
    sent = send(service, feed)
    assert sent.taken["studentAssessments"] == 1
    assert list(sent.refused) == ["studentAssessments 409"]
    assert send(service, feed.model_copy(update={"subject": "x" * 400})).refused["assessments 400"] == 1


def test_an_api_that_gives_no_token_or_does_not_answer_is_said(
    service: ExampleService, api: EdFiApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = feed_of(service, api)
    with pytest.raises(FeedRefused, match="does not answer: ConnectError"):
        send(service, feed.model_copy(update={"token_url": "http://127.0.0.1:1/x"}))
    monkeypatch.setenv("ONTRACK_EDFI_SECRET_HARBOR", "another")
    with pytest.raises(FeedRefused, match="no token"):
        send(service, feed)
    monkeypatch.delenv("ONTRACK_EDFI_SECRET_HARBOR")
    with pytest.raises(FeedRefused, match="ONTRACK_EDFI_SECRET_HARBOR"):
        send(service, feed)
