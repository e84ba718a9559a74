"""What serves when, in words: the rule before the first marks, the model from a week on, and dates nobody judged."""

import pytest

from serving.pages.student_view import similar_section
from serving.store.cell_types import JsonObject, JsonRow
from serving.store.rows import RunRow, ScoreRow
from serving.wording.locale import load_language
from serving.wording.year_parts import NOT_JUDGED, scored_when, why_list

ENGLISH, SPANISH = load_language("en"), load_language("es")


def parts_of(first: str, autumn: str, spring: str) -> list[JsonRow]:
    """The parts of a release as a run keeps them."""
    spans = (("first_weeks", 1, 10, first), ("autumn", 11, 20, autumn), ("spring", 21, 40, spring))
    return [{"name": name, "from_week": a, "through_week": b, "serves": serves} for name, a, b, serves in spans]


def run_in(
    part: str | None, scorer: str, verdict: str, parts: list[JsonRow] | None, *, why: str | None = None
) -> RunRow:
    """A run of a part of the year."""
    return RunRow(part=part, scorer=scorer, verdict=verdict, parts=parts, not_judged=why)


NEE = "not_enough_evidence"


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (
            run_in("first_weeks", "rule", NEE, parts_of("rule", "model", "model")),
            "The published rule puts this list in order. The records do not yet show that a model would do better at"
            " this time of the year, so none is used now. Until the first marks a published rule makes this list. From"
            " week 11 of the school year on, a model does.",
        ),
        (
            run_in("autumn", "rule", "fail", parts_of("rule", "rule", "model")),
            "The published rule puts this list in order. A model was tried on a later year. At this time of the year it"
            " did not pass every test, so it is not used now. Through week 20 of the school year a published rule makes"
            " this list. From week 21 on, a model does.",
        ),
        (
            run_in("spring", "rule", "fail", parts_of("rule", "model", "rule")),
            "The published rule puts this list in order. A model was tried on a later year. At this time of the year it"
            " did not pass every test, so it is not used now. Through week 20 of the school year a model made this"
            " list. Now a published rule does.",
        ),
        (
            run_in("autumn", "rule", "fail", parts_of("rule", "rule", "rule")),
            "The published rule puts this list in order. A model was tried on a later year. It did not pass every test,"
            " so it is not used.",
        ),
        (run_in(None, "rule", "pass", None), "The published rule puts this list in order."),
    ],
)
def test_where_a_rule_serves_the_list_says_when_a_model_does(run: RunRow, says: str) -> None:
    assert why_list(ENGLISH, run) == says


def test_where_the_model_serves_the_pages_say_since_which_week_and_until_when() -> None:
    since = run_in("spring", "model", "pass", parts_of("rule", "model", "model"))
    assert scored_when(ENGLISH, since) == (
        "Scored by a model. Through week 10 of the school year a published rule made this list. From week 11 on, a"
        " model does."
    )
    until = run_in("first_weeks", "model", "pass", parts_of("model", "rule", "rule"))
    assert why_list(ENGLISH, until).endswith(
        "Through week 10 of the school year a model makes this list. Then a published rule does."
    )
    assert scored_when(ENGLISH, run_in("autumn", "model", "pass", parts_of("model", "model", "model"))) == (
        "Scored by a model."
    )


@pytest.mark.parametrize("why", [why for why in NOT_JUDGED if why != "no_year"])
def test_on_a_date_that_nobody_judged_list_and_page_say_why_in_both_languages(why: str) -> None:
    run = run_in("spring", "rule", "pass", parts_of("rule", "model", "model"), why=why)
    for words in (why_list(ENGLISH, run), scored_when(ENGLISH, run)):
        assert words.endswith("So a published rule makes this list, and no model gives a risk.")
    assert why_list(SPANISH, run).endswith("Por eso una regla publicada hace esta lista y ningún modelo da un riesgo.")


def test_before_any_year_can_be_judged_list_and_page_say_that_no_risk_is_told() -> None:
    run = run_in("spring", "rule", "pass", parts_of("rule", "model", "model"), why="no_year")
    for words in (why_list(ENGLISH, run), scored_when(ENGLISH, run)):
        assert words.endswith("so no risk is told.")
    assert why_list(SPANISH, run) != why_list(ENGLISH, run)


def test_where_the_level_missed_list_and_page_say_that_only_the_order_is_told_and_from_when_on_there_are_numbers() -> (
    None
):
    early, *later = parts_of("model", "model", "rule")
    run = run_in("first_weeks", "model", "pass", [{**early, "numbers": False}, *later], why="level")
    for words in (why_list(ENGLISH, run), scored_when(ENGLISH, run)):
        assert "At this time of the year the list gives an order, and no numbers." in words
        assert "From week 11 of the school year on, there are numbers." in words
    assert "esta lista da un orden y no da números" in why_list(SPANISH, run)
    ranges = run_in("first_weeks", "rule", "fail", [{**early, "numbers": False, "ranges": True}, *later], why="level")
    assert "a range and no single number" in why_list(ENGLISH, ranges)
    assert "un intervalo" in why_list(SPANISH, ranges)
    never = run_in("spring", "rule", "fail", [{**one, "numbers": False} for one in (early, *later)], why="level")
    assert "there are numbers" not in why_list(ENGLISH, never)


@pytest.mark.parametrize(
    ("told", "why", "says"),
    [
        ({"n": 123, "low": 0.12, "high": 0.6}, "level", "Of 100 students with similar records, 12 to 60 ended"),
        ({"n": 0, "low": 0.0, "high": 1.0}, "level", "is not told at this time of the year."),
        ({"n": 123, "low": 0.25, "high": 0.42}, None, "About 3 in 10 students with similar records ended"),
    ],
    ids=["a range", "an order alone", "a number"],
)
def test_a_students_page_says_a_number_a_range_or_that_none_is_told(
    told: JsonObject, why: str | None, says: str
) -> None:
    run = run_in("first_weeks", "rule", "fail", parts_of("rule", "model", "model"), why=why)
    run.ended = "ended grade 9 off track"
    assert says in similar_section(ENGLISH, ScoreRow(risk=0.33, similar_students=told), run)
