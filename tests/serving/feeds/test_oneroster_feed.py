"""Scores go back to OneRoster as assessment results: as its profile has them, of no class, and twice is once."""

from urllib.parse import parse_qs

import pytest

from features.feed_settings import EdFiFeed, Feeds, OneRosterFeed
from features.settings import District
from serving.feeds.feed import send_scores
from serving.feeds.oneroster import SCOPE
from serving.feeds.sender import FeedRefused
from serving.store.rows import RunRow
from tests.serving.example_service import ExampleService
from tests.serving.feeds.edfi_api import KEY, SECRET, running_api
from tests.serving.feeds.oneroster_api import OneRosterApi, running_service
from tests.serving.feeds.test_edfi_feed import NAMESPACE, client_of


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key and secret of both systems."""
    for system in ("EDFI", "ONEROSTER"):
        monkeypatch.setenv(f"ONTRACK_{system}_KEY_HARBOR", KEY)
        monkeypatch.setenv(f"ONTRACK_{system}_SECRET_HARBOR", SECRET)


def district_of(service: ExampleService, api: OneRosterApi, edfi: EdFiFeed | None = None) -> District:
    """A district that sends to the OneRoster service, and to an Ed-Fi API where one is given."""
    roster = OneRosterFeed(url=api.url, token_url=f"{api.url}/token", client=client_of(service))
    return District(id="harbor", name="Harbor", feeds=Feeds(oneroster=roster, edfi=edfi or EdFiFeed()))


def test_a_list_is_sent_as_assessment_results_of_no_class_and_twice_is_once(service: ExampleService) -> None:
    with running_service() as api:
        api.students = {str(number) for number in range(100, 110)}
        sent = send_scores(service.engine, district_of(service, api), service.clock())
        kept = dict(api.kept)
        assert (sent.refused, sent.taken["assessmentLineItems"]) == ({}, 1)
        assert sent.taken["assessmentResults"] == len(kept) - 1 > 2
        assert parse_qs(api.scopes[0]) == {"grant_type": ["client_credentials"], "scope": [SCOPE]}
        (amara,) = [body for body in kept.values() if f"{api.url}/users/100" in str(body.get("student"))]
        assert (amara["score"], amara["textScore"], amara["scoreDate"]) == (0.83, "many", "2026-11-20")
        assert "Amara" not in str(kept)
        assert "absence" not in str(kept)
        send_scores(service.engine, district_of(service, api), service.clock())
        assert api.kept == kept


def test_a_part_of_the_year_that_is_not_judged_has_a_band_and_no_score(service: ExampleService) -> None:
    with service.write_session() as session:
        session.query(RunRow).update({"not_judged": "part"})
    with running_service() as api:
        api.students = {"100"}
        sent = send_scores(service.engine, district_of(service, api), service.clock())
        results = [body for (kind, _), body in api.kept.items() if kind == "assessmentResult"]
        assert [("score" in body, body["textScore"]) for body in results] == [(False, "many")]
        assert list(sent.refused) == ["assessmentResults 404"]  # whom the service does not know


def test_a_district_sends_to_each_system_that_it_names(
    service: ExampleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_service() as roster, running_api() as api:
        roster.students = api.students = {str(number) for number in range(100, 110)}
        edfi = EdFiFeed(url=api.url, token_url=f"{api.url}/oauth/token", namespace=NAMESPACE, client=client_of(service))
        sent = send_scores(service.engine, district_of(service, roster, edfi), service.clock())
        assert (sent.taken["studentAssessments"], sent.refused) == (sent.taken["assessmentResults"], {})
        monkeypatch.delenv("ONTRACK_ONEROSTER_KEY_HARBOR")
        api.kept.clear()
        with pytest.raises(FeedRefused, match="ONTRACK_ONEROSTER_KEY_HARBOR"):
            send_scores(service.engine, district_of(service, roster, edfi), service.clock())
        assert not api.kept, "nothing is sent before every key is there"
    with pytest.raises(FeedRefused, match="has no feed; declare"):
        send_scores(service.engine, District(id="harbor", name="Harbor"), service.clock())
