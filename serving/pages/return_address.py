"""Where a form leads once it is saved: the page that it was opened from, which says what was done."""

import re
from collections.abc import Mapping

from fastapi.responses import RedirectResponse, Response

from serving.wording.locale import msgid

OF_MEETING = re.compile(r"meeting-([0-9a-f]{32})(-names)?")
"""The code of a meeting: with names where somebody asked for them, else with initials."""
DONE: Mapping[str, str] = {
    "contact": msgid("The contact is on record."),
    "contact_changed": msgid("The contact is changed. What it said before is kept."),
    "contact_taken_back": msgid("The contact is taken back."),
    "follow_up": msgid("The follow-up is done."),
    "plan": msgid("The plan has begun."),
    "plan_changed": msgid("The plan is changed. What it said before is kept."),
    "plan_ended": msgid("The plan has ended."),
    "session": msgid("The day is on record."),
    "note": msgid("The note is on record."),
    "draft": msgid("The draft is kept. Nobody else can see it."),
    "answer": msgid("Thank you. Your answer is on record."),
    "nothing_due": msgid("Nothing was due, so nothing was removed."),
    "problem": msgid("The data team has your report."),
    "problem_answered": msgid("The answer is on record."),
    "proposed": msgid("The proposal is kept. A second person of the data team decides."),
    "release_confirmed": msgid("The release is made. The next list uses it."),
    "release_refused": msgid("The proposal is turned down."),
    "signed_off": msgid("Your name stands below the audit."),
    "snooze": msgid("The student is not put forward until that day."),
    "snooze_ended": msgid("The student may be put forward again."),
    "meeting": msgid("The meeting is on record."),
    "meeting_deleted": msgid("The meeting is deleted. What it said is kept in the log."),
    "cover": msgid("The caseload is handed over. It comes back to you after the last day that you set."),
    "cover_ended": msgid("The cover has ended."),
    "agenda": msgid("The students are on the agenda of the next meeting."),
    "on_agenda": msgid("The student is on the agenda."),
    "responsible": msgid("It is kept who looks after them."),
    "nobody_ticked": msgid("Nobody was ticked, so nothing was done."),
    "nobody_chosen": msgid("Choose who is responsible, then save again."),
    "decision": msgid("The decision is on record."),
}
"""What was done, as the page says it that a form leads to."""
OF_WEEK, OF_WEEK_PAGE = "week", "week-page"
"""The codes of My week, and of a student's page that was opened there."""
BACK_TO_LIST, BACK_TO_WEEK = msgid("Back to the list"), msgid("My week")
BACK_TO_MEETING = msgid("Team meeting")


def after_saving(student_key: str, done: str, back: str = "") -> Response:
    """The way on: to My week or the team meeting where the form was opened there, else to the student."""
    path = return_path(student_key, back)
    joint = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{joint}done={done}", status_code=303)


def return_path(student_key: str, back: str) -> str:
    """The page that a form about a student was opened from, by the code in the form."""
    meeting = OF_MEETING.fullmatch(back)
    if meeting:
        path = f"/meetings/{meeting[1]}/students/{student_key}"
        return f"{path}?names=1" if meeting[2] else path
    page = f"/students/{student_key}"
    return {OF_WEEK: "/", OF_WEEK_PAGE: f"{page}?back={OF_WEEK}"}.get(back, page)


def form_code(back: str) -> str:
    """The code that forms of a student's page have, so that the page leads back to My week after one as before it."""
    return OF_WEEK_PAGE if back == OF_WEEK else ""


def in_initials(back: str) -> bool:
    """Whether a page was opened from a team meeting that has initials in place of names."""
    meeting = OF_MEETING.fullmatch(back)
    return meeting is not None and not meeting[2]


def crumb_of(student_key: str, back: str, listed: str) -> tuple[str, str]:
    """Where a student's page leads back to, and what that is called: by the code in its address, else to the list."""
    path = return_path(student_key, back)
    if path == f"/students/{student_key}":
        return listed, BACK_TO_LIST
    return path, BACK_TO_WEEK if path == "/" else BACK_TO_MEETING
