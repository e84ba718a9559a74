"""What a row says of a change: more, fewer or little, and whether the records or the scoring moved it."""

from dataclasses import asdict
from datetime import date

import pytest

from models.estimators.published_rule import TOO_FEW
from models.explanations.risk_change import RiskChange
from serving.scoring.bands import band_of
from serving.store.rows import ScoreRow
from serving.wording.change_in_short import change_in_short, new_on_list, steady_words
from serving.wording.locale import load_language

ENGLISH = load_language("en")
CUTS = (0.25, 0.50)


def score_of(
    now: float | None, before: float | None, change: RiskChange | None = None, *, told: bool = True
) -> ScoreRow:
    """A score beside that of the run before."""
    return ScoreRow(
        risk=now,
        band=band_of(now, CUTS),
        previous_risk=before,
        previous_band=band_of(before, CUTS),
        previous_as_of=date(2026, 11, 13),
        change=asdict(change) if change else None,
        similar_students=None if told else asdict(TOO_FEW),
    )


@pytest.mark.parametrize(("score", "words"), [
    (score_of(0.70, 0.40, RiskChange(0.30, 0.0)), "More signals than on Nov 13 (+30 of 100)"),
    (score_of(0.10, 0.40, RiskChange(-0.30, 0.0)), "Fewer signals than on Nov 13 (-30 of 100)"),
    (score_of(0.35, 0.30, RiskChange(0.05, 0.0)), "More signals than on Nov 13 (+5 of 100)"),
    (score_of(0.33, 0.30, RiskChange(0.03, 0.0)), "Little change since Nov 13"),
    (score_of(0.33, 0.33, RiskChange(0.0, 0.0)), "No change since Nov 13"),
    (score_of(0.33, 0.30), "Little change since Nov 13"),
    (score_of(0.33, None), "No score before to compare with"),
    (score_of(None, 0.33), "No score now"),
])  # fmt: skip
def test_a_change_by_the_records_alone_is_more_fewer_or_little(score: ScoreRow, words: str) -> None:
    assert change_in_short(ENGLISH, score) == words


def test_signals_that_only_the_scoring_raised_are_not_called_more() -> None:
    """The records moved it down, the new release up."""
    said = change_in_short(ENGLISH, score_of(0.45, 0.30, RiskChange(-0.09, 0.24)), other_scoring=True)
    assert said == "Since Nov 13: records -9, new scoring +24"
    spanish = change_in_short(load_language("es"), score_of(0.45, 0.30, RiskChange(-0.09, 0.24)), other_scoring=True)
    assert "registros -9, otro cálculo +24" in spanish


def test_beside_a_date_of_which_no_number_was_told_only_the_bands_are_compared() -> None:
    score = score_of(0.33, 0.10)
    score.previous_risk = None
    assert change_in_short(ENGLISH, score) == "More signals than on Nov 13 (then: few signals)"


def test_what_cancels_out_is_not_called_little() -> None:
    said = change_in_short(ENGLISH, score_of(0.30, 0.30, RiskChange(0.20, -0.20)), other_scoring=True)
    assert said == "Since Nov 13: records +20, new scoring -20"


def test_where_the_scoring_of_then_is_gone_the_row_says_that_it_changed() -> None:
    said = change_in_short(ENGLISH, score_of(0.70, 0.30, RiskChange(None, None)), other_scoring=True)
    assert said == "Since Nov 13: +40 of 100, new scoring"


@pytest.mark.parametrize(("now", "other_scoring", "words"), [
    (0.60, False, "More signals than on Nov 13 (then: some signals)"),
    (0.10, False, "Fewer signals than on Nov 13 (then: some signals)"),
    (0.10, True, "On Nov 13: some signals; new scoring since"),
    (0.45, True, "Same signals as on Nov 13"),
])  # fmt: skip
def test_where_too_few_stand_behind_a_score_no_count_is_given(now: float, other_scoring: bool, words: str) -> None:
    score = score_of(now, 0.40, told=False)
    assert change_in_short(ENGLISH, score, other_scoring=other_scoring) == words
    assert (words in steady_words(ENGLISH, score)) == (now == 0.45), "a list leaves it out of its rows"


def test_a_first_score_has_nothing_to_be_set_beside() -> None:
    assert change_in_short(ENGLISH, ScoreRow(risk=0.3, band="some")) == "Scored for the first time"


@pytest.mark.parametrize(("score", "other_scoring", "words"), [
    (score_of(0.70, 0.70, told=False), False, "New on the list; many signals on Nov 13 too, but not listed then"),
    (score_of(0.70, 0.68), False, "New on the list; many signals on Nov 13 too, but not listed then"),
    (score_of(0.45, 0.45), False, "New on the list; some signals on Nov 13 too, but not listed then"),
    (score_of(0.70, 0.30, RiskChange(0.40, 0.0)), False, "New on the list. More signals than on Nov 13 (+40 of 100)"),
    (score_of(0.40, 0.60, RiskChange(-0.20, 0.0)), False, "New on the list. Fewer signals than on Nov 13 (-20 of 100)"),
    (score_of(0.60, 0.40, told=False), False, "New on the list. More signals than on Nov 13 (then: some signals)"),
    (score_of(0.60, 0.40, told=False), True, "New on the list. On Nov 13: some signals; new scoring since"),
    (score_of(0.70, None), False, "New on the list"),
    (ScoreRow(risk=0.7, band="many"), False, "New on the list"),
])  # fmt: skip
def test_new_on_the_list_and_what_the_signals_did_are_one_sentence(
    score: ScoreRow, other_scoring: bool, words: str
) -> None:
    assert new_on_list(ENGLISH, score, other_scoring=other_scoring) == words
