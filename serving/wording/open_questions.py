"""Questions that an audit left open, in words: what was asked, and why it could not be decided."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from serving.wording.locale import Language, msgid

QUESTIONS: Mapping[str, str] = {
    "EWS101": msgid("Does the list find students of every group as often?"),
    "EWS102": msgid("Is it wrong about students of every group as often?"),
    "EWS103": msgid("Does it leave students of every group alone as often when they are fine?"),
    "EWS104": msgid("Do its risks mean the same in every group?"),
    "EWS105": msgid("Does it tell students apart as well in every group?"),
    "EWS106": msgid("Does it find students of every group as early?"),
    "EWS107": msgid("Does it find students as often where two groups meet?"),
    "EWS201": msgid("Are as many incidents written down for students who are alike?"),
    "EWS202": msgid("Does every school mark who is there each day, and in time?"),
    "EWS203": msgid("Is as much on record for every group?"),
}
"""What each check of an audit asks, by its code."""
FEW = msgid("No two groups have enough students to compare.")
LITTLE = msgid("Too little is on record to compare.")
WHOLE: Mapping[str, str] = {
    "No two groups have enough students to be compared.": FEW,
    "No such groups are on record, or none can be told without telling of a small one.": FEW,
    "Too little is on record to be compared.": LITTLE,
}
COUNTED = re.compile(r"(?P<all>\d+) groups? compared: .*?not enough evidence of (?P<open>\d+) ")
"""What a check of groups beside a bound says."""


@dataclass(frozen=True)
class OpenQuestion:
    """A question, and why it is open; `english` where that is in the words of the report."""

    asked: str
    because: str
    english: bool = False


def question_words(language: Language, code: str, says: str) -> OpenQuestion:
    """A check that could not be decided, from its code and its sentence."""
    asked = language.translate(QUESTIONS.get(code, "")) or code
    if says in WHOLE:
        return OpenQuestion(asked, language.translate(WHOLE[says]))
    found = COUNTED.search(says)
    if found is None:
        return OpenQuestion(asked, says, english=language.code != "en")
    words = language.translate(
        "Of {all} groups that were compared, {count} have too few students to tell.",
        all=int(found["all"]),
        count=int(found["open"]),
    )
    return OpenQuestion(asked, words)
