"""What the warehouse is to know of contacts and plans: each version with the date on which it became known."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from features.tables import FROM_PAGES
from serving.store.support_rows import ContactRow, PlanRow, RevisionRow

Content = Mapping[str, object]


@dataclass(frozen=True)
class SupportVersion:
    """One version of a support; where it is `withdrawn`, there is none from then on."""

    support_id: str
    student_key: str
    kind: str
    day: date
    end_date: date | None
    staff_id: str
    known_on: date
    withdrawn: bool = False

    @property
    def content(self) -> tuple[object, ...]:
        """All that it says, apart from when."""
        return (self.student_key, self.kind, self.day, self.end_date, self.staff_id, self.withdrawn)


def support_versions(session: Session, district_id: str) -> list[SupportVersion]:
    """Every version of every support that people wrote, in order: contacts that reached someone, and plans."""
    before = contents_before(session, district_id)
    contacts = session.scalars(select(ContactRow).where(ContactRow.district_id == district_id))
    plans = session.scalars(select(PlanRow).where(PlanRow.district_id == district_id))
    told = [
        *(contact_versions(row, before.get(("contact", row.contact_id), [])) for row in contacts),
        *(plan_versions(row, before.get(("plan", row.plan_id), [])) for row in plans),
    ]
    return sorted(
        (version for versions in told for version in without_repetition(versions)),
        key=lambda version: (version.support_id, version.known_on),
    )


def contents_before(session: Session, district_id: str) -> dict[tuple[str, str], list[RevisionRow]]:
    """What each entry said before each of its revisions, in order."""
    found = select(RevisionRow).where(
        RevisionRow.district_id == district_id, RevisionRow.entry_kind.in_(("contact", "plan"))
    )
    rows: dict[tuple[str, str], list[RevisionRow]] = {}
    for row in session.scalars(found.order_by(RevisionRow.revision)):
        rows.setdefault((row.entry_kind, row.entry_id), []).append(row)
    return rows


def contact_versions(row: ContactRow, before: list[RevisionRow]) -> Iterator[SupportVersion]:
    """The versions of a contact: one that was only tried, or taken back, is none."""
    since = [row.recorded_on, *(revision.revised_on for revision in before)]
    contents: list[Content] = [revision.content for revision in before]
    now = SupportVersion(
        support_id=f"{FROM_PAGES}{row.contact_id}",
        student_key=row.student_key,
        kind="contact",
        day=row.day,
        end_date=None,
        staff_id=row.staff_id,
        known_on=since[-1],
        withdrawn=row.withdrawn or not row.reached,
    )
    for content, day_known in zip(contents, since, strict=False):
        day = date.fromisoformat(str(content["day"]))
        yield replace(now, day=day, known_on=day_known, withdrawn=not content["reached"])
    yield now


def plan_versions(row: PlanRow, before: list[RevisionRow]) -> Iterator[SupportVersion]:
    """The versions of a plan: as it began, was changed, and ended."""
    since = [row.recorded_on, *(revision.revised_on for revision in before)]
    now = SupportVersion(
        support_id=f"{FROM_PAGES}{row.plan_id}",
        student_key=row.student_key,
        kind="plan",
        day=row.start_date,
        end_date=None,
        staff_id=row.champion,
        known_on=since[-1],
    )
    for content, day_known in zip((revision.content for revision in before), since, strict=False):
        began = date.fromisoformat(str(content["start_date"]))
        yield replace(now, day=began, staff_id=str(content["champion"]), known_on=day_known)
    yield now
    if row.ended_on is not None:
        yield replace(now, end_date=row.ended_on, known_on=row.ended_on)


def without_repetition(versions: Iterable[SupportVersion]) -> list[SupportVersion]:
    """The last version of each day, where it says something else than the one before; none before there is anything."""
    last_of_day = {version.known_on: version for version in versions}
    kept: list[SupportVersion] = []
    for version in last_of_day.values():
        if version.content != (kept[-1].content if kept else None) and (kept or not version.withdrawn):
            kept.append(version)
    return kept
