"""Words for contacts, follow-ups, plans, notes and answers."""

from collections.abc import Mapping

from features.support_settings import Strategy
from serving.wording.locale import Language, msgid

CONTACT_KINDS: Mapping[str, str] = {
    "talk": msgid("Talk in person"),
    "call": msgid("Phone call"),
    "message": msgid("Text or e-mail"),
    "video": msgid("Video call"),
    "letter": msgid("Letter"),
    "visit": msgid("Home visit"),
}
PARTIES: Mapping[str, str] = {
    "student": msgid("Student"),
    "family": msgid("Family"),
    "staff": msgid("Teacher or staff"),
    "outside": msgid("Someone outside school"),
}
NOTE, DRAFT = msgid("Note"), msgid("Draft of a note")
REACHED: Mapping[str, str] = {"yes": msgid("We talked"), "no": msgid("I tried")}
OWN_STRATEGIES: Mapping[str, str] = {
    "check-in": msgid("A daily check-in with one adult"),
    "mentor": msgid("A mentor, once a week"),
    "family-plan": msgid("An attendance plan with the family"),
    "tutoring": msgid("Tutoring in one course"),
    "make-up-work": msgid("Time to make up missed work"),
    "course-change": msgid("A change of course or schedule"),
}
"""OnTrack's own ways of support, where a district names none."""

PLAN_OUTCOMES: Mapping[str, str] = {
    "met": msgid("The goal was reached"),
    "partly": msgid("Part of the goal was reached"),
    "not_met": msgid("The goal was not reached"),
    "moved": msgid("The student moved"),
    "stopped": msgid("The plan was stopped early"),
}
ANSWERS: Mapping[str, str] = {
    "agree": msgid("Yes, it matches"),
    "not_now": msgid("Not now"),
    "disagree": msgid("No, it does not match"),
}
SUBJECTS: Mapping[str, str] = {
    "attendance": msgid("Attendance"),
    "marks": msgid("Marks or credits"),
    "behavior": msgid("Behavior"),
    "enrollment": msgid("School, grade or caseload"),
    "name": msgid("Name or number"),
    "other": msgid("Something else"),
}
PROBLEM_ANSWERS: Mapping[str, str] = {
    "corrected": msgid("Corrected"),
    "right": msgid("The record is right"),
    "cannot": msgid("It cannot be changed"),
}


def task_words(language: Language, task: str) -> str:
    """What a follow-up asks for; of one that a restricted contact asks for, that there is something to read."""
    return task or language.translate("Next step of a restricted contact")


def strategy_words(language: Language, strategies: tuple[Strategy, ...]) -> dict[str, str]:
    """What people call each way of support, by its code."""
    if not strategies:
        return {code: language.translate(name) for code, name in OWN_STRATEGIES.items()}
    return {one.code: one.spanish if language.code == "es" and one.spanish else one.name for one in strategies}
