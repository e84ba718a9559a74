"""The words of the access log: what was done, with what, and why it was allowed."""

from collections.abc import Mapping

from serving.wording.locale import Language, msgid

ACTIONS: Mapping[str, str] = {
    "see": msgid("Opened"),
    "list": msgid("Saw in a list"),
    "export": msgid("Took along as a file"),
    "write": msgid("Wrote"),
    "answer": msgid("Answered"),
    "report_problem": msgid("Reported"),
    "answer_problem": msgid("Answered"),
    "see_restricted": msgid("Read what is restricted"),
    "write_restricted": msgid("Wrote what is restricted"),
    "manage_people": msgid("Changed who may sign in"),
    "purge": msgid("Purged"),
    "transfer": msgid("Went along with a move"),
    "audit_access": msgid("Looked into"),
    "scores.read": msgid("A program read scores"),
    "scores.write": msgid("A program had records scored"),
    "reasons.read": msgid("A program read reasons"),
    "students.search": msgid("A program looked for students"),
    "records.write": msgid("A program sent records"),
    "imports.read": msgid("A program read an import"),
    "imports.values": msgid("A program read refused rows"),
    "supports.read": msgid("A program read contacts and plans"),
    "supports.write": msgid("A program wrote contacts and plans"),
    "models.read": msgid("A program read about models"),
    "audits.read": msgid("A program read audits"),
    "webhooks.manage": msgid("A program changed its webhooks"),
}
TARGETS: Mapping[str, str] = {
    "student": msgid("page of the student"),
    "week": msgid("My week"),
    "caseload": msgid("caseload"),
    "caseload choice": msgid("agenda, or who is responsible"),
    "family sheet": msgid("sheet for the family"),
    "contact": msgid("contact"),
    "contact form": msgid("form of a contact"),
    "plan": msgid("plan"),
    "plan form": msgid("form of a plan"),
    "plan session": msgid("day of a plan"),
    "note": msgid("note"),
    "note form": msgid("form of a note"),
    "restricted note": msgid("restricted note"),
    "restricted contact": msgid("restricted contact"),
    "follow-up": msgid("follow-up"),
    "answer": msgid("answer to a list"),
    "answer form": msgid("form of an answer"),
    "snooze": msgid("putting off"),
    "snooze form": msgid("form to put off"),
    "data problem": msgid("data problem"),
    "data problem form": msgid("form of a data problem"),
    "data problems": msgid("data problems"),
    "meetings": msgid("team meetings"),
    "meeting": msgid("team meeting"),
    "meeting changed": msgid("team meeting, changed"),
    "meeting deleted": msgid("team meeting, deleted"),
    "meeting recap": msgid("who was talked about"),
    "minutes": msgid("minutes"),
    "access log": msgid("this log"),
    "scores": msgid("scores"),
    "live score": msgid("live score"),
    "student search": msgid("search of a student"),
    "quarantine": msgid("rows that were refused"),
    "caseload file": msgid("caseload as a file"),
    "cover": msgid("cover for a colleague"),
    "scores of run": msgid("scores of a list"),
    "record of": msgid("record of a table"),
    "purge": msgid("purge"),
    "transfer to": msgid("records for the student’s next district"),
}
"""Where the log has more behind the words, such as a purpose, the longest one here that it begins with is meant."""
FORM = " form"
"""How targets end that are the opening of a form and no more."""
REASONS: Mapping[str, str] = {
    "caseload": msgid("has the student on the caseload"),
    "cover": msgid("covers for a colleague who is away"),
    "school": msgid("leads the school"),
    "district": msgid("works for the whole district"),
    "api_key": msgid("program with a key"),
    "client": msgid("program with a token"),
    "consent": msgid("agreed between both districts"),
}


def action_words(language: Language, action: str, target: str) -> str:
    """What was done; a form that was only opened is not said to be written, whatever one must be allowed for it."""
    opened = target.endswith(FORM)
    return language.translate(ACTIONS.get("see" if opened else action, "")) or action


def target_words(language: Language, target: str) -> tuple[str, str]:
    """With what it was done, and what the log has beyond these words: an id, a purpose; as it stands there."""
    known = max(
        (one for one in TARGETS if target == one or target.startswith((f"{one} ", f"{one}:"))), key=len, default=""
    )
    if not known:
        return "", target
    return language.translate(TARGETS[known]), target.removeprefix(known).strip(" :")


def reason_words(language: Language, reason: str) -> str:
    """Why it was allowed."""
    return language.translate(REASONS.get(reason, "")) or reason
