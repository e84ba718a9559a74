"""The fields of the form for a contact, read and shown."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from features.support_settings import Support
from serving.pages.form_fields import FieldReader, FormState, new_entry_id
from serving.support.contacts import KINDS, PARTIES, Contact, weekdays_after
from serving.support.follow_ups import FollowUp
from serving.wording.locale import msgid

LOOK_BACK = timedelta(days=400)
"""How far back a contact may be dated."""
LOOK_AHEAD = timedelta(days=200)
"""How far ahead something may be due."""
DUE_IN = {"": msgid("On another day, or none"), "7": msgid("In a week"), "14": msgid("In two weeks")}
"""In how many days a follow-up is due, where no day is given."""


@dataclass(frozen=True)
class ContactForm:
    """A contact as its form says it, and the follow-up that is asked for with it, if any."""

    contact: Contact
    follow_up: FollowUp | None


def read_contact(
    reader: FieldReader, support: Support, *, today: date, task: str, colleagues: Collection[str], restricted: bool
) -> ContactForm:
    """What the form says; the reader has what is wrong. `restricted`: whether its author may say so of it.

    `task` is what is to be done where the form has only a day for it. The day to try again counts for a try alone.
    """
    kind, party = reader.choice("kind", KINDS), reader.choice("party", PARTIES)
    day = reader.day("day", earliest=today - LOOK_BACK, latest=today, required=True) or today
    reached = reader.choice("reached", ("yes", "no")) == "yes"
    again = None if reached else reader.day("try_again_on", earliest=day, latest=today + LOOK_AHEAD)
    contact = Contact(
        kind=kind,
        party=party,
        day=day,
        reached=reached,
        result=reader.text("result"),
        next_step=reader.text("next_step", most=300),
        try_again_on=None if reached else again or weekdays_after(today, support.try_again_days),
        restricted=restricted and reader.given("restricted") == "yes",
    )
    return ContactForm(contact, read_follow_up(reader, contact, today=today, task=task, colleagues=colleagues))


def read_follow_up(
    reader: FieldReader, contact: Contact, *, today: date, task: str, colleagues: Collection[str]
) -> FollowUp | None:
    """The follow-up that is asked for: there is one where the next step has a day.

    Whoever sees the student reads what is to be done, so one of a restricted contact says only that there is one.
    """
    due_in = reader.given("due_in")
    due_on = reader.day("due_on", earliest=today, latest=today + LOOK_AHEAD)
    if due_on is None and due_in in DUE_IN and due_in:
        due_on = today + timedelta(days=int(due_in))
    if due_on is None:
        return None
    asked_of = reader.choice("asked_of", colleagues)
    return FollowUp("" if contact.restricted else contact.next_step or task, asked_of, due_on)


def blank_form(today: date, support: Support, *, author: str, back: str, settles: str) -> FormState:
    """The form as it first shows: a phone call with the family, today, and when to try again if nobody answers."""
    again = weekdays_after(today, support.try_again_days)
    return FormState(
        {
            "kind": "call", "party": "family", "day": today.isoformat(), "asked_of": author, "entry": new_entry_id(),
            "back": back, "settles": settles, "try_again_on": again.isoformat(),
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
