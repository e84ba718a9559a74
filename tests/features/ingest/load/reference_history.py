"""What each date shows, said without a database: a plain list of versions for every incident."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Said:
    """One row of a file: an incident as it was known on a day; `severity` is empty where a delta withdraws it."""

    key: str
    known_on: date
    severity: str


@dataclass(frozen=True)
class Version:
    """What the plain list keeps of a row; `severity` is empty where the incident was withdrawn."""

    known_on: date
    load: int
    severity: str


@dataclass
class PlainHistory:
    """All versions of every incident; the last by date of knowledge and then by load is the present one."""

    versions: dict[str, list[Version]] = field(default_factory=dict)

    def shown(self, as_of: date, through: int) -> dict[str, str]:
        """What a score of that date, run after that load, could see."""
        found = {}
        for key, versions in self.versions.items():
            seen = [one for one in versions if one.known_on <= as_of and one.load <= through]
            if seen and latest(seen).severity:
                found[key] = latest(seen).severity
        return found

    def take(self, rows: Sequence[Said], load: int, day: date, *, full: bool) -> dict[str, int]:
        """Takes a file; how many rows were new, corrected and withdrawn, and how many incidents are gone."""
        said: dict[str, list[Said]] = {}
        for row in sorted(rows, key=lambda row: row.known_on):
            said.setdefault(row.key, []).append(row)
        absent = [key for key, versions in self.versions.items() if key not in said and latest(versions).severity]
        fates = [fate for key, versions in said.items() for fate in self.take_record(key, versions, load, day)]
        for key in absent if full else ():
            versions = self.versions[key]
            versions.append(Version(max(day, latest(versions).known_on), load, ""))
            fates.append("gone")
        return {fate: fates.count(fate) for fate in ("new", "corrected", "withdrawn", "gone")}

    def take_record(self, key: str, said: Sequence[Said], load: int, day: date) -> list[str]:
        """Takes what a file says of one incident; what became of its rows."""
        held = list(self.versions.get(key, []))
        earlier = [one for one in said[:-1] if said[-1].severity and one.severity and not is_held(one, held)]
        self.add(key, [Version(one.known_on, load, one.severity) for one in earlier])
        last = self.last_version(said, held, load, day)
        self.add(key, [last] if last else [])
        fates = ["new"] * len(earlier)
        if last:
            fates.append("new" if not held else "corrected" if last.severity else "withdrawn")
        return fates

    def last_version(self, said: Sequence[Said], held: Sequence[Version], load: int, day: date) -> Version | None:
        """The version that the last row becomes, None where it says nothing new."""
        last = said[-1]
        if not held:
            return Version(last.known_on, load, last.severity) if last.severity else None
        now = latest(held)
        others_between = len(said) > 1 and last.known_on > now.known_on and bool(last.severity)
        if last.severity == now.severity and not others_between:
            return None
        known_on = last.known_on if last.known_on > now.known_on else max(day, now.known_on)
        return Version(known_on, load, last.severity)

    def add(self, key: str, versions: Sequence[Version]) -> None:
        """More versions of an incident."""
        if versions:
            self.versions.setdefault(key, []).extend(versions)


def latest(versions: Sequence[Version]) -> Version:
    """The version that counts."""
    return max(versions, key=lambda one: (one.known_on, one.load))


def is_held(said: Said, held: Sequence[Version]) -> bool:
    """Whether the version of that very date says the same."""
    same_date = [one for one in held if one.known_on == said.known_on]
    return bool(same_date) and latest(same_date).severity == said.severity
