"""What serves now: the current release of each district, looked up at most once a second."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from structlog.typing import FilteringBoundLogger

from features.errors import Refused
from features.language.feature_set import Outcome
from models.bundle.bundle import Bundle
from models.release_loader import load_release
from models.releases import Release, ReleaseKey, current_release

CHECK_SECONDS = 1.0


@dataclass(frozen=True)
class Serving:
    """A release with its verified bundle, and the outcome that it is about."""

    release_id: str
    bundle: Bundle
    outcome: Outcome

    @property
    def model_version(self) -> str:
        """What an answer says scored it."""
        return f"{self.bundle.name} {self.bundle.digest[:8]}"


@dataclass(frozen=True)
class CacheEntry:
    """What was found when one release was last looked up; a refused one is not tried again."""

    at: float
    serving: Serving | None
    refused: str = ""


class ReleaseCache:
    """The releases of an installation; what serves changes only to a bundle that opened whole."""

    def __init__(
        self,
        home: Path,
        outcomes: Mapping[str, Outcome],
        log: FilteringBoundLogger,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.home = home
        self.outcomes = outcomes
        self.log = log
        self.timer = timer
        self.entries: dict[ReleaseKey, CacheEntry] = {}
        self.lock = threading.Lock()

    def current(self, district_id: str, outcome: str) -> Serving | None:
        """What serves a district's outcome; None where it is off, or nothing that opens was ever released."""
        if outcome not in self.outcomes:
            return None
        key = ReleaseKey(district_id, outcome, self.outcomes[outcome].grade_band)
        last = self.entries.get(key)
        if not self.lock.acquire(blocking=last is None):
            return last.serving if last else None  # someone else is looking: what served a second ago still may
        try:
            return self.entry(key).serving
        finally:
            self.lock.release()

    def entry(self, key: ReleaseKey) -> CacheEntry:
        """What was found less than a second ago, or is found now."""
        last = self.entries.get(key)
        if last is None or self.timer() - last.at >= CHECK_SECONDS:
            last = self.refresh(key, last or CacheEntry(0.0, None))
            self.entries[key] = last
        return last

    def refresh(self, key: ReleaseKey, last: CacheEntry) -> CacheEntry:
        """What serves now; as before where nothing changed, or where the new one is refused."""
        last = replace(last, at=self.timer())
        try:
            release = current_release(self.home, key)
            known = {last.refused, last.serving.release_id if last.serving else ""}
            if release is None or release.release_id in known:
                return last
            return self.open_bundle(release, last)
        except Refused as refusal:
            self.log.error("release log refused", error=type(refusal).__name__)
            return last

    def open_bundle(self, release: Release, last: CacheEntry) -> CacheEntry:
        """The release with its bundle opened; the one before where it does not open."""
        release_id = release.release_id
        try:
            outcome = self.outcomes[release.key.outcome]
            bundle = load_release(self.home, release, outcome).bundle
        except Refused as refusal:
            self.log.error("release refused", release=release_id, error=type(refusal).__name__)
            return replace(last, refused=release_id)
        self.log.info("release in service", release=release_id)
        return replace(last, serving=Serving(release_id, bundle, outcome))
