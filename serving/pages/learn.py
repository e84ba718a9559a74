"""Learn: the service in five minutes on made-up students, its words, and what it must not be used for."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from presentation.charts.marks import Chart
from presentation.charts.record_chart import ChartWords, RecordColumn, bar_chart
from serving.pages.visit import CurrentVisit
from serving.wording.learn import GLOSSARY, NOT_FOR, Sentence
from serving.wording.locale import Language, msgid

router = APIRouter(include_in_schema=False)

SAM, LEE = (0, 0, 1, 0, 1, 0, 2, 1, 2, 2), (0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
"""Days missed in each of ten weeks, of two students whom nobody ever met."""
MOST_DAYS = 5


@dataclass(frozen=True)
class LearnView:
    """The content of the page: the weeks of two made-up students, words with what they mean, and what is ruled out."""

    sam: Chart
    lee: Chart
    glossary: Sequence[tuple[str, str]]
    not_for: Sequence[tuple[str, str]]


@router.get("/learn")
def get_learn(visit: CurrentVisit) -> Response:
    """The page, the same for everybody; it shows no student of the district."""
    return visit.page("learn.html", view=learn_view(visit.language))


def learn_view(language: Language) -> LearnView:
    """The page's content in a language."""
    return LearnView(
        sam=weeks_chart(language, "sam", "Sam", SAM),
        lee=weeks_chart(language, "lee", "Lee", LEE),
        glossary=[translated(language, one) for one in GLOSSARY],
        not_for=[translated(language, one) for one in NOT_FOR],
    )


def translated(language: Language, sentence: Sentence) -> tuple[str, str]:
    """A word or title, and what is said of it."""
    return language.translate(sentence[0]), language.translate(sentence[1])


def weeks_chart(language: Language, name: str, student: str, missed: Sequence[int]) -> Chart:
    """The days that a made-up student missed in each week."""
    title = language.translate("Days {name} missed each week", name=student)
    said = "; ".join(language.translate(SAID, week=at, days=days) for at, days in enumerate(missed, start=1))
    columns = [
        RecordColumn(days, language.translate(SAID, week=at, days=days), str(at) if at % 2 else "")
        for at, days in enumerate(missed, start=1)
    ]
    levels = [(0, "0"), (MOST_DAYS, str(MOST_DAYS))]
    return bar_chart(columns, levels, ChartWords(f"learn-{name}", title, said), most=MOST_DAYS)


SAID = msgid("week {week}: {days} days")
