"""The model card: says everything a reader must know, or is not written."""

from dataclasses import fields, replace

import pytest
import yaml

from models.bundle.model_card import CardFacts, ScorerFigures, render_card
from models.feature_dictionary import Entry, FeatureDictionary

FACTS = CardFacts(
    name="grade9_off_track_chicago",
    kind="model",
    outcome="Fewer than five credits, or two or more failed core semesters, by the end of ninth grade.",
    district="Harbor Unified (simulated)",
    grade_band="9",
    feature_set="ninth_grade",
    trained_on="school years 2020 to 2024",
    tested_on="school year 2025",
    students=5120,
    dictionary=FeatureDictionary(
        (
            Entry(
                "absence_rate_20d", more_is="worse", domain="attendance", because="missed {:.0%} of the last 20 days"
            ),
            Entry("grade_points", more_is="better", domain="grades", because="grade average {:.1f} | core courses"),
        )
    ),
    figures=(
        ScorerFigures("model", 0.612, 0.433, 0.841, "precision 0.58 to 0.64"),
        ScorerFigures("published rule", 0.551, 0.391, 0.774),
    ),
    capacity=0.15,
    calibration_gap=0.0123,
    calibration="Beta calibration, fitted on students the trees did not see.",
    subgroups={
        "language": {
            "English": {
                "n": 1200,
                "share_off_track": 0.3,
                "selection_rate": 0.15,
                "recall": 0.4321,
                "false_positive_rate": 0.05,
            },
            "Spanish": {
                "n": 40,
                "share_off_track": 0.3,
                "selection_rate": 0.15,
                "recall": None,
                "false_positive_rate": 0.0,
            },
            "Hmong": {"suppressed": True},
        }
    },
    smallest_group=11,
    limits=("Made on simulated records.",),
    verdict="pass",
)


def test_a_card_says_what_for_on_what_how_well_and_for_whom() -> None:
    card = render_card(FACTS)
    for said in (
        "# grade9_off_track_chicago",
        "Fewer than five credits",
        "school years 2020 to 2024",
        "judged on school year 2025",
        "no student's row",
        "| `absence_rate_20d` | missed {:.0%} of the last 20 days | more raises the risk | attendance |",
        "| published rule | 0.551 | 0.391 | 0.774 | not computed |",
        "Where 15% of the students can be reached",
        "0.012",
        "Made on simulated records.",
        "Verdict: **pass**",
        "gate.json",
    ):
        assert said in card


@pytest.mark.parametrize("use", ["Money", "Discipline", "Placement", "Law enforcement"])
def test_a_card_names_the_uses_that_are_refused(use: str) -> None:
    assert f"- **{use}**: not to" in render_card(FACTS)


def test_small_groups_are_named_and_not_shown() -> None:
    card = render_card(FACTS)
    assert "| language | Hmong | not shown | not shown |" in card
    assert "| language | Spanish | 40 | 0.300 | 0.150 | too few | 0.000 |" in card
    assert "fewer than 11 students" in card
    assert "could not be checked" in render_card(replace(FACTS, subgroups={}))


def test_a_card_says_whether_protected_attributes_are_features() -> None:
    assert "No protected attribute is a feature." in render_card(FACTS)
    with_one = FeatureDictionary((*FACTS.dictionary.entries, Entry("language", kind="text", protected=True)))
    card = render_card(replace(FACTS, dictionary=with_one))
    assert "Protected attributes **are** features here" in card
    assert "asked: language." in card


def test_a_card_begins_with_a_header_that_no_name_can_break_out_of() -> None:
    card = render_card(replace(FACTS, district='Harbor: "new"\n---\nkind: other'))
    header = yaml.safe_load(card.split("---\n")[1])
    assert (header["district"], header["kind"]) == ('Harbor: "new"\n---\nkind: other', "model")


def test_the_header_is_that_of_a_hugging_face_card_with_the_scorers_own_figures() -> None:
    header = yaml.safe_load(render_card(FACTS).split("---\n")[1])
    assert (header["library_name"], header["pipeline_tag"]) == ("lightgbm", "tabular-classification")
    result = header["model-index"][0]["results"][0]
    assert result["dataset"]["type"] == "private"
    assert {one["type"]: one["value"] for one in result["metrics"]}["roc_auc"] == round(FACTS.figures[0].auc, 4)


def test_a_bar_in_a_sentence_does_not_break_its_table() -> None:
    row = next(line for line in render_card(FACTS).splitlines() if "`grade_points`" in line)
    assert row.replace("\\|", "").count("|") == 5


@pytest.mark.parametrize("name", [f.name for f in fields(CardFacts) if f.name not in ("subgroups", "calibration_gap")])
def test_a_card_with_an_empty_field_is_not_written(name: str) -> None:
    value = getattr(FACTS, name)
    empty: object = " " if isinstance(value, str) else 0 if isinstance(value, (int, float)) else ()
    given = {field.name: getattr(FACTS, field.name) for field in fields(FACTS)}
    given[name] = FeatureDictionary(()) if name == "dictionary" else empty
    with pytest.raises(ValueError, match=name):
        render_card(CardFacts(**given))


def test_the_same_facts_give_the_same_card() -> None:
    assert render_card(FACTS) == render_card(replace(FACTS))
