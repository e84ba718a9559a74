"""Releases: which bundle serves a district's outcome, who approved it when, and how to roll back.

The log is append-only and authoritative; `current.json` is a copy of its last line, replaced atomically, for servers
that poll. A process that dies between the two leaves a log that is ahead, and the log counts.
"""

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey as PublicKey
from pydantic import TypeAdapter, ValidationError

from features.atomic_files import append_through, complete_lines, file_lock, read_if_present, replace_through
from features.errors import Refused
from features.settings import Settings
from models.bundle.bundle import Bundle, open_bundle
from models.bundle.canonical_json import canonical_json
from models.bundle.manifest import folder_name
from models.release_checks import check_approver, check_consent, check_gate

POINTER, LOG, LOCK = "current.json", "log.jsonl", ".lock"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)
Action = Literal["promoted", "rolled_back"]


class ReleaseRefused(Refused):
    """A release that cannot be made or read. Exit code 3."""


@dataclass(frozen=True)
class ReleaseKey:
    """The key of releases: one outcome of one grade band in one district."""

    district_id: str
    outcome: str
    grade_band: str

    def __post_init__(self) -> None:
        for part in (self.district_id, self.outcome, self.grade_band):
            if not NAME.fullmatch(part):
                raise ReleaseRefused(f"'{part}': expected letters, digits, '-' and '_'")

    def folder(self, home: Path) -> Path:
        """The folder of its pointer and its log."""
        return home / "releases" / self.district_id / self.outcome / self.grade_band


@dataclass(frozen=True)
class LogEntry:
    """One line of the release log: what was decided, by whom and when (UTC).

    `by` is the person who answers for it, `trained_by` the account that trained the bundle. Two people, unless
    `alone` says that one decided without a second.
    """

    sequence: int
    action: Action
    release_id: str
    digest: str
    previous_digest: str | None
    by: str
    at: datetime
    reason: str
    trained_by: str = ""
    alone: bool = False


@dataclass(frozen=True)
class Approval:
    """Who approves a release and why; `alone` where the trainer does so without a second person."""

    by: str
    reason: str = ""
    alone: bool = False


@dataclass(frozen=True, kw_only=True)
class Release(LogEntry):
    """A release: its entry in the log, and where its bundle is."""

    key: ReleaseKey
    bundle_path: Path


@dataclass(frozen=True)
class VerifiedRelease:
    """A release that may be made: bundle, gate and approver are verified. Making it takes the time of a write."""

    home: Path
    key: ReleaseKey
    action: Action
    bundle: Bundle
    approval: Approval


def promote(
    home: Path,
    key: ReleaseKey,
    bundle_path: Path,
    *,
    public_key: PublicKey,
    approval: Approval,
    now: datetime,
    settings: Settings | None = None,
) -> Release:
    """Promotes a verified bundle whose signed gate allows it here; promoting what serves changes nothing.

    Raises BundleRefused for a damaged bundle, GateRefused for a model without a pass, a bundle made for elsewhere or
    an approver who trained it, ReleaseRefused for one outside `home/bundles`; with the installation's `settings` also
    GateRefused for a model that learned from records which a district has taken back.
    """
    found = verify_promotion(home, key, bundle_path, public_key=public_key, approval=approval, settings=settings)
    return make_release(found, now)


def rollback(
    home: Path,
    key: ReleaseKey,
    *,
    public_key: PublicKey,
    approval: Approval,
    now: datetime,
    settings: Settings | None = None,
) -> Release:
    """Rolls back to what served before, as a new line of the log; a second rollback goes further back.

    Raises ReleaseRefused where nothing served before, BundleRefused where its bundle is not as it was, GateRefused
    where the approver trained it.
    """
    return make_release(verify_rollback(home, key, public_key=public_key, approval=approval, settings=settings), now)


def verify_promotion(
    home: Path,
    key: ReleaseKey,
    bundle_path: Path,
    *,
    public_key: PublicKey,
    approval: Approval,
    settings: Settings | None = None,
) -> VerifiedRelease:
    """What `promote` would make; raises as it does."""
    bundle = open_bundle(bundle_path, public_key)
    check_gate(bundle, key.district_id, key.outcome, key.grade_band)
    check_approver(bundle, approval.by, alone=approval.alone)
    check_consent(bundle, settings)
    if bundle_path.resolve() != (home / "bundles" / folder_name(bundle.digest)).resolve():
        raise ReleaseRefused(f"{bundle_path}: expected {home / 'bundles' / folder_name(bundle.digest)}; move it there")
    return VerifiedRelease(home, key, "promoted", bundle, approval)


def verify_rollback(
    home: Path, key: ReleaseKey, *, public_key: PublicKey, approval: Approval, settings: Settings | None = None
) -> VerifiedRelease:
    """What `rollback` would make; raises as it does."""
    serving = serving_history(release_log(home, key))
    if len(serving) < 2:
        raise ReleaseRefused(f"{key.folder(home) / LOG}: nothing served before; promote another bundle instead")
    bundle = open_bundle(home / "bundles" / folder_name(serving[-2]), public_key)
    check_approver(bundle, approval.by, alone=approval.alone)
    check_consent(bundle, settings)
    return VerifiedRelease(home, key, "rolled_back", bundle, approval)


def make_release(found: VerifiedRelease, now: datetime) -> Release:
    """Makes a verified release; ReleaseRefused for a rollback to what another release has meanwhile replaced."""
    home, key, bundle = found.home, found.key, found.bundle
    with file_lock(key.folder(home) / LOCK):
        serving = current_release(home, key)
        if found.action == "promoted" and serving and serving.digest == bundle.digest:
            return serving
        if found.action == "rolled_back" and serving_history(release_log(home, key))[-2:-1] != [bundle.digest]:
            raise ReleaseRefused(f"{key.folder(home) / LOG}: another release was made meanwhile; roll back again")
        return append_release(home, key, bundle, action=found.action, approval=found.approval, now=now)


def current_release(home: Path, key: ReleaseKey) -> Release | None:
    """The release that serves now, None where there is none; from the log where the pointer is behind or gone."""
    folder = key.folder(home)
    pointed = parse_log_entry(read_if_present(folder / POINTER).strip())
    logged = parse_log_entry(b"\n".join(complete_lines(folder / LOG)[-1:]))
    line = max((one for one in (pointed, logged) if one), key=lambda one: one.sequence, default=None)
    return None if line is None else release_of(home, key, line)


def release_log(home: Path, key: ReleaseKey) -> tuple[Release, ...]:
    """Every release of the key, oldest first; ReleaseRefused where a line was changed or taken out."""
    path = key.folder(home) / LOG
    lines = [line for line in map(parse_log_entry, complete_lines(path)) if line]
    for expected, line in enumerate(lines, start=1):
        if line.sequence != expected:
            raise ReleaseRefused(f"{path}: release {expected} is missing or changed; restore the file's back-up")
    return tuple(release_of(home, key, line) for line in lines)


def append_release(
    home: Path, key: ReleaseKey, bundle: Bundle, *, action: Action, approval: Approval, now: datetime
) -> Release:
    """Appends a line to the log, then replaces the pointer; ReleaseRefused where the log lost lines."""
    folder = key.folder(home)
    if read_if_present(folder / LOG)[-1:] not in (b"", b"\n"):
        append_through(folder / LOG, b"\n")  # ends a line that a dying process left unfinished
    sequence, serving = len(release_log(home, key)) + 1, current_release(home, key)
    if serving and serving.sequence >= sequence:
        raise ReleaseRefused(f"{folder / LOG}: it ends before release {serving.sequence}; restore the file's back-up")
    line = LogEntry(
        sequence=sequence,
        action=action,
        release_id=f"{key.district_id}-{sequence:04d}",
        digest=bundle.digest,
        previous_digest=serving.digest if serving else None,
        by=approval.by.strip(),
        at=now.astimezone(UTC),
        reason=approval.reason,
        trained_by=bundle.provenance.get("trained_by", ""),
        alone=approval.alone,
    )
    append_through(folder / LOG, log_entry_json(line))
    replace_through(folder / POINTER, log_entry_json(line))
    return release_of(home, key, line)


def serving_history(releases: tuple[Release, ...]) -> list[str]:
    """The digests that rollbacks can reach, oldest first; the last one serves now."""
    digests: list[str] = []
    for release in releases:
        if release.action == "promoted":
            digests.append(release.digest)
        else:
            digests.pop()
    return digests


def release_of(home: Path, key: ReleaseKey, line: LogEntry) -> Release:
    """The release that a line of the log tells of."""
    return Release(**vars(line), key=key, bundle_path=home / "bundles" / folder_name(line.digest))


def log_entry_json(line: LogEntry) -> bytes:
    """A line of the log as JSON."""
    return canonical_json({**asdict(line), "at": line.at.isoformat()})


def parse_log_entry(content: bytes) -> LogEntry | None:
    """The line of a JSON text, None where it is not one."""
    try:
        return TypeAdapter(LogEntry).validate_json(content)
    except ValidationError:
        return None
