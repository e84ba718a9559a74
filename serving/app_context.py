"""What every request of one application shares."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, cast
from zoneinfo import ZoneInfo

from fastapi import Depends
from jinja2 import Environment
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from starlette.requests import Request
from structlog.typing import FilteringBoundLogger

from features.definitions.served_outcomes import served_outcomes
from features.settings import Settings
from serving.access.openid_connect import IdentityProvider
from serving.access.sealed_secrets import SealedSecrets
from serving.access.tokens import TokenIssuer
from serving.recent_value import RecentValue
from serving.scoring.live_calendars import LiveCalendars
from serving.scoring.opened_bundles import OpenedBundles
from serving.scoring.release_cache import ReleaseCache
from serving.signal_words import SignalCache
from serving.store.database import read_session, write_session
from serving.student_groups import GroupCache
from serving.web.rate_limits import RateLimits
from serving.wording.run_words import RunWordsCache

READY_SECONDS = 5.0
"""How long the answer that the service is ready is given again: a load balancer asks often."""


@dataclass(frozen=True)
class AppContext:
    """The parts of one application; `templates` by language, `providers` by district, `clock` gives the moment."""

    settings: Settings
    engine: Engine
    releases: ReleaseCache
    tokens: TokenIssuer
    secrets: SealedSecrets
    providers: Mapping[str, IdentityProvider]
    limits: RateLimits
    templates: Mapping[str, Environment]
    log: FilteringBoundLogger
    clock: Callable[[], datetime]
    calendars: LiveCalendars = field(default_factory=LiveCalendars)
    bundles: OpenedBundles = field(default_factory=OpenedBundles)
    words: RunWordsCache = field(default_factory=RunWordsCache)
    groups: GroupCache = field(default_factory=GroupCache)
    readiness: RecentValue[str] = field(default_factory=lambda: RecentValue(READY_SECONDS))

    @cached_property
    def signals(self) -> SignalCache:
        """The words of scores that lists said last."""
        return SignalCache(self.words)

    @contextmanager
    def read_session(self) -> Iterator[Session]:
        """A session that only reads."""
        with read_session(self.engine) as session:
            yield session

    @contextmanager
    def write_session(self) -> Iterator[Session]:
        """A session whose changes are kept all together, or not at all."""
        with write_session(self.engine) as session:
            yield session

    def outcomes_of(self, district_id: str) -> tuple[str, ...]:
        """The names of the outcomes that a district serves, in the order of `ontrack.toml`."""
        return self.served[district_id]

    @cached_property
    def served(self) -> Mapping[str, tuple[str, ...]]:
        """The same by district; settings do not change while a service runs."""
        return {
            district.id: tuple(one.outcome.name for one in served_outcomes(self.settings, district.id))
            for district in self.settings.districts
        }

    def today(self, district_id: str) -> date:
        """The district's local date, or the pretended one."""
        zone = self.settings.timezone_of(district_id)
        return self.settings.today or self.clock().astimezone(ZoneInfo(zone)).date()


async def request_context(request: Request) -> AppContext:
    """The context of the application that got the request; it waits for nothing, and needs no thread for it."""
    return cast(AppContext, request.app.state.context)


RequestContext = Annotated[AppContext, Depends(request_context)]
