"""The fields of the form for a contact, read and shown."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from features.support_settings import Support
from serving.pages.form_fields import WRITE, FieldReader, FormState, new_entry_id
from serving.support.contacts import KINDS, PARTIES, Contact
from serving.support.follow_ups import FollowUp

LOOK_BACK = timedelta(days=400)
"""How far back a contact may be dated."""
LOOK_AHEAD = timedelta(days=200)
"""How far ahead something may be due."""


@dataclass(frozen=True)
class ContactForm:
    """A contact as its form says it, and the follow-up that is asked for with it, if any."""

    contact: Contact
    follow_up: FollowUp | None


def read_contact(
    reader: FieldReader, support: Support, *, today: date, colleagues: Collection[str], restricted: bool
) -> ContactForm:
    """What the form says; the reader has what is wrong. `restricted`: whether its author may say so of it."""
    kind, party = reader.choice("kind", KINDS), reader.choice("party", PARTIES)
    day = reader.day("day", earliest=today - LOOK_BACK, latest=today, required=True) or today
    reached = reader.choice("reached", ("yes", "no")) == "yes"
    again = reader.day("try_again_on", earliest=day, latest=today + LOOK_AHEAD)
    contact = Contact(
        kind=kind,
        party=party,
        day=day,
        reached=reached,
        result=reader.text("result"),
        next_step=reader.text("next_step", most=300),
        try_again_on=None if reached else again or today + timedelta(days=support.try_again_days),
        restricted=restricted and reader.given("restricted") == "yes",
    )
    return ContactForm(contact, read_follow_up(reader, contact, today=today, colleagues=colleagues))


def read_follow_up(
    reader: FieldReader, contact: Contact, *, today: date, colleagues: Collection[str]
) -> FollowUp | None:
    """The follow-up that is asked for: there is one where the next step has a day.

    Whoever sees the student reads what is to be done, so one of a restricted contact says only that there is one.
    """
    due_on = reader.day("due_on", earliest=today, latest=today + LOOK_AHEAD)
    if due_on is None:
        return None
    asked_of = reader.choice("asked_of", colleagues)
    if not contact.next_step:
        reader.errors["next_step"] = WRITE
    return FollowUp("" if contact.restricted else contact.next_step, asked_of, due_on)


def blank_form(today: date, *, author: str, back: str, settles: str) -> FormState:
    """The form as it first shows: a phone call with the family, today."""
    return FormState(
        {
            "kind": "call", "party": "family", "day": today.isoformat(), "asked_of": author, "entry": new_entry_id(),
            "back": back, "settles": settles,
        }
    )  # fmt: skip


def filled_form(contact: Contact, revision: int, *, author: str) -> FormState:
    """The form with what a contact says."""
    again = contact.try_again_on
    return FormState(
        {
            "kind": contact.kind, "party": contact.party, "day": contact.day.isoformat(),
            "reached": "yes" if contact.reached else "no", "result": contact.result, "next_step": contact.next_step,
            "try_again_on": again.isoformat() if again else "", "restricted": "yes" if contact.restricted else "",
            "revision": str(revision), "asked_of": author,
        }
    )  # fmt: skip
