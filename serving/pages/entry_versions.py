"""What is stored of an entry that a colleague, or another window, changed while its form was open: labels and words."""

from serving.store.meeting_rows import MeetingRow
from serving.store.support_rows import ContactRow, NoteRow
from serving.wording.locale import Language
from serving.wording.meetings import STEPS
from serving.wording.support import CONTACT_KINDS, PARTIES, REACHED

Versions = tuple[tuple[str, str], ...]


def contact_versions(language: Language, row: ContactRow) -> Versions:
    """What a contact says now."""
    say = language.translate
    return (
        (say("Did you reach someone?"), say(REACHED["yes" if row.reached else "no"])),
        (say("How"), say(CONTACT_KINDS[row.kind])),
        (say("With whom"), say(PARTIES[row.party])),
        (say("When"), language.day(row.day)),
        (say("What came of it"), row.result),
        (say("Next step"), row.next_step),
    )


def note_versions(language: Language, row: NoteRow) -> Versions:
    """What a note says now."""
    return ((language.translate("Note"), row.body),)


def meeting_versions(language: Language, row: MeetingRow) -> Versions:
    """What a meeting says now."""
    say = language.translate
    return (
        (say("Day"), language.day(row.held_on)),
        (say(STEPS["people"]), row.people),
        (say(STEPS["review"]), row.review),
    )
