"""Sends the newest list to each system that a district names."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Engine

from features.feed_settings import Feeds
from features.settings import District
from serving.feeds.edfi import edfi_resources
from serving.feeds.oneroster import SCOPE, oneroster_resources
from serving.feeds.scores import SentScore, scores_to_send
from serving.feeds.sender import FeedRefused, FeedSender, Receiver, Resource, Sent, credentials_of
from serving.store.database import write_session


@dataclass(frozen=True)
class Feed:
    """One system that takes scores: its API, the client that bounds what is sent, and the form of a score there."""

    receiver: Receiver
    client: str
    resources: Callable[[Iterable[SentScore]], Iterable[Resource]]


def feeds_of(declared: Feeds, district_id: str) -> Iterator[Feed]:
    """The feeds that a district declares; FeedRefused where the environment has no key and secret for one."""
    if edfi := declared.edfi.url and declared.edfi:
        receiver = Receiver("Ed-Fi", edfi.url, edfi.token_url, credentials_of("Ed-Fi", district_id))
        yield Feed(receiver, edfi.client, partial(edfi_resources, edfi))
    if roster := declared.oneroster.url and declared.oneroster:
        receiver = Receiver("OneRoster", roster.url, roster.token_url, credentials_of("OneRoster", district_id), SCOPE)
        yield Feed(receiver, roster.client, partial(oneroster_resources, roster))


def send_scores(engine: Engine, district: District, now: datetime, wait: Callable[[float], None] = time.sleep) -> Sent:
    """Sends the newest list to each system, and counts what was taken; FeedRefused where the district names none."""
    feeds = list(feeds_of(district.feeds, district.id))
    if not feeds:
        declare = "declare `[districts.feeds.edfi]` or `[districts.feeds.oneroster]` in ontrack.toml"
        raise FeedRefused(f"district '{district.id}' has no feed; {declare}")
    sent = Sent()
    for feed in feeds:
        with write_session(engine) as session:
            scores = scores_to_send(session, district.id, feed.client, feed.receiver.name, now)
        sent += FeedSender(feed.receiver, wait).send(feed.resources(scores))
    return sent
