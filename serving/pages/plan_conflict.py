"""A plan that two people changed at once: field by field what it says now, what the form says, and who changed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.pages.form_fields import FormState
from serving.pages.plan_fields import filled_plan
from serving.pages.visit import Visit
from serving.store.cell_types import JsonObject
from serving.store.support_rows import PlanRow, RevisionRow
from serving.support.plans import Plan, plan_of
from serving.support.staff import staff_names
from serving.wording.locale import msgid
from serving.wording.support import strategy_words

FIELDS = {
    "goal": msgid("Goal"),
    "strategy": msgid("Way of support"),
    "champion": msgid("Champion"),
    "start_date": msgid("From"),
    "weeks": msgid("Weeks"),
    "sessions_a_week": msgid("Sessions a week"),
}
Values = Mapping[str, str]
"""What the fields of a form hold, by name."""


@dataclass(frozen=True)
class FieldVersions:
    """A field of a plan: what it says `now`, and by whom where somebody changed it since the form was opened.

    `yours` is empty where the form says what it was opened with.
    """

    label: str
    now: str
    changed_by: str
    yours: str


@dataclass(frozen=True)
class PlanConflict:
    """The fields of a plan in both versions, and the form to go on with.

    What its author did not change is in the form as it says now, so that to save it undoes no change of another.
    """

    fields: tuple[FieldVersions, ...]
    form: FormState


def plan_conflict(visit: Visit, session: Session, row: PlanRow, mine: Plan, revision: int) -> PlanConflict:
    """Both versions of a plan whose form was opened on an earlier revision."""
    kept = revisions_since(session, row, revision)
    now, yours = filled_plan(plan_of(row), row.revision).values, filled_plan(mine, row.revision).values
    said = [*(filled_plan(plan_in(one.content), row.revision).values for one in kept), now]
    changed = {name for name in FIELDS if yours[name] != said[0][name]}
    authors = {name: last_author(name, said, [one.staff_id for one in kept]) for name in FIELDS}
    names = staff_names(session, row.district_id, [*authors.values(), now["champion"], yours["champion"]])
    fields = (
        FieldVersions(
            label=visit.language.translate(label),
            now=field_words(visit, name, now, names),
            changed_by=names.get(authors[name], "–") if authors[name] else "",
            yours=field_words(visit, name, yours, names) if name in changed else "",
        )
        for name, label in FIELDS.items()
    )
    return PlanConflict(tuple(fields), FormState({**now, **{name: yours[name] for name in changed}}))


def revisions_since(session: Session, row: PlanRow, revision: int) -> list[RevisionRow]:
    """What a plan said in a revision and each later one that was replaced, oldest first."""
    found = select(RevisionRow).where(
        RevisionRow.district_id == row.district_id,
        RevisionRow.entry_kind == "plan",
        RevisionRow.entry_id == row.plan_id,
        RevisionRow.revision >= revision,
    )
    return list(session.scalars(found.order_by(RevisionRow.revision)))


def plan_in(content: JsonObject) -> Plan:
    """The plan that a revision keeps."""
    start, end = (date.fromisoformat(str(content[name])) for name in ("start_date", "planned_end"))
    goal, strategy, champion = (str(content[name]) for name in ("goal", "strategy", "champion"))
    return Plan(goal, strategy, champion, start, end, int(str(content["sessions_a_week"])))


def last_author(name: str, said: Sequence[Values], authors: Sequence[str]) -> str:
    """Who last changed a field, by staff id; empty where nobody did. Each revision has who replaced it."""
    changes = [who for who, one, later in zip(authors, said, said[1:], strict=False) if one[name] != later[name]]
    return changes[-1] if changes else ""


def field_words(visit: Visit, name: str, values: Values, names: Mapping[str, str]) -> str:
    """What a field says, in words."""
    value = values[name]
    if name == "strategy":
        return strategy_words(visit.language, visit.support.strategies).get(value, value)
    if name == "champion":
        return names.get(value, "–")
    return visit.language.day(date.fromisoformat(value)) if name == "start_date" else value
