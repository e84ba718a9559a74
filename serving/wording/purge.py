"""The words of a purge: what each table holds."""

from collections.abc import Mapping

from serving.wording.locale import msgid

TABLES: Mapping[str, str] = {
    "plan_sessions": msgid("Days of plans"),
    "plans": msgid("Plans"),
    "contacts": msgid("Contacts"),
    "notes": msgid("Notes"),
    "follow_ups": msgid("Follow-ups"),
    "flag_answers": msgid("Answers to lists"),
    "data_problems": msgid("Reported data problems"),
    "snoozes": msgid("Students put off"),
    "meeting_items": msgid("Students on agendas, with decisions"),
    "meetings": msgid("Team meetings"),
    "revisions": msgid("Earlier versions of entries"),
    "covers": msgid("Covers for colleagues"),
    "scores": msgid("Students on lists, with scores"),
    "calendars": msgid("Calendars of lists"),
    "school_totals": msgid("Totals of schools"),
    "school_ranges": msgid("What was usual at schools"),
    "runs": msgid("Lists"),
}
