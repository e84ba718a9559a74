"""A model card in both languages: everything that its writers say is known, and what is not is marked as English."""

from dataclasses import replace

import pytest

from features.definitions.catalog import FEATURE_SETS
from features.definitions.outcomes import ALL
from models.bundle.model_card import OUTSIDE, ScorerFigures, render_card
from models.explanations.reason_stability import ReasonStability
from models.feature_dictionary import dictionary_of
from models.metrics.intervals import Interval
from serving.pages.card_view import card_sections
from serving.wording.card import card_words
from serving.wording.locale import load_language
from serving.wording.open_questions import question_words
from tests.models.bundle.test_model_card import FACTS
from training.audit.checks import CODES
from training.audit.group_bounds import JudgedGroups
from training.district_card import NO_TEST_YEAR, UNSAID, reasons_that_hold
from training.evaluation.scorers import scorer_names
from training.gate.power import Power

INTERVAL = Interval(0.1, -0.2, 0.3)
ENGLISH, SPANISH = load_language("en"), load_language("es")
NINTH = FEATURE_SETS["grade9"]
CHICAGO = next(one for one in ALL if one.name == "grade9_off_track_chicago")
LIMITS = (
    "Judged on no more than 2023–24, 2024–25; the next school year may differ.",
    f"It is about {NINTH.cohort.words}, and about nobody else.",
    "EWS101: Of 100 girls who ended off track, 29 would have been listed; of 100 boys, 88. (Difference -88 to -32.)",
    Power(0.07, 1171, 1, 1700).says,
    Power(0.04, 1172, 3, None).says,
    reasons_that_hold(ReasonStability(10, 2000, 0.97, ())),
    "EWS203: Of 100 attendance values, 6 are missing for students at Alder High; for the largest group by school, 0.",
)
CELL = {"n": 1200, "share_off_track": 0.3, "selection_rate": 0.1, "recall": 0.4, "false_positive_rate": 0.05}
CARD = render_card(
    replace(
        FACTS,
        outcome=CHICAGO.says.format(least_credits=5, most_core_failures=1),
        trained_on="school years ending 2022, 2023",
        tested_on="the school year ending 2024, which no training label was seen from",
        dictionary=dictionary_of(NINTH),
        figures=[
            ScorerFigures(name, 0.6, 0.4, 0.8, "precision 0.58 to 0.64 (95 %)") for name in scorer_names().values()
        ],
        calibration="The share of past students with as many signals who ended off track, never falling with the "
        "count.",
        subgroups={"sex": {"M": CELL, "F / X": {"suppressed": True}}, "low_income": {"no": CELL, "yes": CELL}},
        limits=LIMITS,
    )
)


def left_in_english(card: str) -> list[str]:
    """What a card says that is in no other language."""
    _, sections = card_sections(card, lambda text: card_words(SPANISH, text))
    lines = [
        line
        for section in sections
        for block in section.blocks
        for line in (*block.lines, *(cell for row in block.rows for cell in row))
    ]
    return [span.words for line in lines for span in line if span.english]


def test_a_spanish_reader_finds_no_english_sentence_on_a_card() -> None:
    assert left_in_english(f"{CARD}\n{OUTSIDE}\n") == []


def test_what_is_not_known_stays_as_it_is_signed_and_is_marked() -> None:
    assert left_in_english(CARD.replace(LIMITS[0], "It was made up to be read.")) == ["It was made up to be read."]


def test_a_feature_is_told_without_its_format_and_a_group_by_its_name() -> None:
    assert card_words(ENGLISH, "missed {:.0%} of the last 20 school days") == (
        "missed … of the last 20 school days",
        True,
    )
    assert card_words(SPANISH, "F / X")[0] == "Mujeres, otro o no dicho"
    assert card_words(ENGLISH, "race_ethnicity")[0] == "Race and ethnicity"
    assert card_words(SPANISH, NO_TEST_YEAR)[1]


@pytest.mark.parametrize("said", [f"{UNSAID['raises']}: tardies", "From here to there.", "10 or so"])
def test_a_sentence_of_another_form_is_not_taken_for_one_with_numbers(said: str) -> None:
    assert card_words(SPANISH, said) == (said, False)


def test_an_open_question_is_asked_in_words_with_why_it_is_open() -> None:
    says = JudgedGroups("not_enough_evidence", "x", 9, 0, {"girls": INTERVAL, "boys": INTERVAL}, False).says
    asked = question_words(ENGLISH, "EWS102", f"9 comparisons with the largest group; none differs. {says}")
    assert asked.asked == "Is it wrong about students of every group as often?"
    assert asked.because == "Of 9 groups that were compared, 2 have too few students to tell."
    assert "9 grupos" in question_words(SPANISH, "EWS102", says).because
    assert question_words(SPANISH, "EWS102", "Something else.").english
    assert {question_words(SPANISH, code, says).asked for code in CODES}.isdisjoint(CODES)
