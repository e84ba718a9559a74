"""The release in service for each district, read from its log at most once a second."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from structlog.typing import FilteringBoundLogger

from features.errors import Refused
from features.language.feature_set import Outcome
from features.settings import Settings
from models.releases import Release, ReleaseKey, current_release
from serving.scoring.district_release import DistrictRelease, open_release

CHECK_SECONDS = 1.0


@dataclass(frozen=True)
class CacheEntry:
    """What the last check of one release found, and when; a `refused` release is not tried again.

    `unreadable` where the log itself could not be read then, or is gone.
    """

    at: float
    release: DistrictRelease | None
    refused: str = ""
    unreadable: bool = False


class ReleaseCache:
    """The releases of an installation. A new one replaces the present one only once its whole bundle has opened."""

    def __init__(
        self,
        settings: Settings,
        outcomes: Mapping[str, Outcome],
        log: FilteringBoundLogger,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self.outcomes = outcomes
        self.log = log
        self.timer = timer
        self.entries: dict[ReleaseKey, CacheEntry] = {}
        self.lock = threading.Lock()

    def current(self, district_id: str, outcome: str) -> DistrictRelease | None:
        """The release for a district's outcome; None where it is off, or nothing that opens was ever released."""
        if outcome not in self.outcomes:
            return None
        key = ReleaseKey(district_id, outcome, self.outcomes[outcome].grade_band)
        last = self.entries.get(key)
        if not self.lock.acquire(blocking=last is None):
            return last.release if last else None  # another thread checks: what served a second ago still may
        try:
            return self.fresh_entry(key).release
        finally:
            self.lock.release()

    def entry_of(self, district_id: str, outcome: str) -> CacheEntry | None:
        """What the last check for a district's outcome found; None before the first."""
        if outcome not in self.outcomes:
            return None
        return self.entries.get(ReleaseKey(district_id, outcome, self.outcomes[outcome].grade_band))

    def fresh_entry(self, key: ReleaseKey) -> CacheEntry:
        """The entry of less than a second ago, or a new one."""
        last = self.entries.get(key)
        if last is None or self.timer() - last.at >= CHECK_SECONDS:
            last = self.check_log(key, last or CacheEntry(0.0, None))
            self.entries[key] = last
        return last

    def check_log(self, key: ReleaseKey, last: CacheEntry) -> CacheEntry:
        """The entry that the release log gives now: the last one where nothing changed, or the new one is refused."""
        last = replace(last, at=self.timer(), unreadable=False)
        try:
            release = current_release(self.settings.home, key)
        except Refused as refusal:
            self.log.error("release log refused", error=type(refusal).__name__)
            return replace(last, unreadable=True)
        if release is None:
            return replace(last, unreadable=last.release is not None)
        if release.release_id == last.refused:
            return last
        if last.release is not None and release.release_id == last.release.release_id:
            return replace(last, refused="")
        return self.replace_release(release, last)

    def replace_release(self, entry: Release, last: CacheEntry) -> CacheEntry:
        """The last entry with this release opened; with the one before where it does not open."""
        try:
            release = open_release(self.settings, entry, self.outcomes[entry.key.outcome])
        except Refused as refusal:
            self.log.error("release refused", release=entry.release_id, error=type(refusal).__name__)
            return replace(last, refused=entry.release_id)
        self.log.info("release in service", release=entry.release_id)
        return replace(last, release=release, refused="")
