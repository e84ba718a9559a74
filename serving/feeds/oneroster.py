"""Scores as OneRoster 1.2 has them: an assessment line item for each outcome and a result for each student.

The paths and fields are those of its Assessment Results Profile, which the gradebook service answers. A line item of
a class would not do: a score is of no class, and nobody should take it for a mark. A result's id follows from what it
is about, so the same list sent again changes nothing.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from urllib.parse import quote

from features.definitions.catalog import OUTCOMES
from features.feed_settings import OneRosterFeed
from serving.feeds.scores import SentScore
from serving.feeds.sender import Resource

SCOPE = "https://purl.imsglobal.org/spec/or/v1p2/scope/assessment.createput"
NOT_A_TEST = "An estimate of OnTrack from school records. It is not a test and not a mark."


def oneroster_resources(feed: OneRosterFeed, scores: Iterable[SentScore]) -> Iterator[Resource]:
    """What is sent for some scores, each line item before its results."""
    known: set[str] = set()
    for score in scores:
        if score.outcome not in known:
            known.add(score.outcome)
            yield put("assessmentLineItem", line_item(score.outcome, score.as_of))
        yield put("assessmentResult", result(feed, score))


def put(kind: str, entity: Mapping[str, object]) -> Resource:
    """An entity, sent to the address of its own id."""
    return Resource("PUT", f"{kind}s/{entity['sourcedId']}", f"{kind}s", {kind: entity})


def line_item(outcome: str, as_of: date) -> Mapping[str, object]:
    """An outcome as an assessment line item; it is of no class."""
    says = OUTCOMES[outcome].says if outcome in OUTCOMES else outcome
    return {
        **entity_base(line_item_id(outcome), as_of),
        "title": f"OnTrack: {says}"[:255],
        "description": NOT_A_TEST,
        "resultValueMin": 0,
        "resultValueMax": 1,
    }


def result(feed: OneRosterFeed, score: SentScore) -> Mapping[str, object]:
    """A student's score as a result: the risk, where it may be told, and the band. Reasons are not sent."""
    item = line_item_id(score.outcome)
    told: Mapping[str, object] = {} if score.risk is None else {"score": round(score.risk, 4)}
    return {
        **entity_base(result_id(score), score.as_of),
        "assessmentLineItem": reference(feed, "assessmentLineItems", item, "assessmentLineItem"),
        "student": reference(feed, "users", score.student_id, "user"),
        **told,
        "textScore": score.band,
        "scoreDate": score.as_of.isoformat(),
        "scoreStatus": "fully graded",
        "comment": NOT_A_TEST,
    }


def entity_base(sourced_id: str, as_of: date) -> dict[str, object]:
    """What each entity has. It changed last on the day of the list, so a list sent again is the same to the letter."""
    return {"sourcedId": sourced_id, "status": "active", "dateLastModified": f"{as_of.isoformat()}T00:00:00.000Z"}


def reference(feed: OneRosterFeed, path: str, sourced_id: str, kind: str) -> dict[str, object]:
    """What an entity is about."""
    return {
        "href": f"{feed.url.rstrip('/')}/{path}/{quote(sourced_id, safe='')}",
        "sourcedId": sourced_id,
        "type": kind,
    }


def line_item_id(outcome: str) -> str:
    """The id of an outcome."""
    return f"ontrack-{outcome}"


def result_id(score: SentScore) -> str:
    """The id of a student's score of one day: a UUID of what it is about, and of nothing secret."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"ontrack:{score.outcome}:{score.as_of.isoformat()}:{score.student_id}"))
