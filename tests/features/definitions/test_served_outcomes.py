"""The outcomes that a district serves: refused where unknown, and with settings of their own."""

from collections.abc import Sequence

import pytest
from pydantic import ValidationError

from features.definitions.catalog import OUTCOMES, SERVABLE, feature_set_of
from features.definitions.outcomes import ALL
from features.definitions.served_outcomes import served_outcome, served_outcomes
from features.errors import SettingsRefused
from features.settings import Settings

Said = Sequence[str | dict[str, object]]


def settings_with(serves: Said, **more: object) -> Settings:
    """The settings of a district that serves some outcomes."""
    district = {"id": "bay", "name": "Bay", "outcomes": serves}
    return Settings.model_validate({"districts": [district], **more})


SHARES: dict[str, tuple[Said, dict[str, float]]] = {
    "nobody said any: the installation's": ((), {"grade9_off_track_chicago": 0.15}),
    "one has all places": (("chronic_absence_6_8",), {"chronic_absence_6_8": 0.15}),
    "outcomes of other grades have them too": (
        ("chronic_absence_6_8", "grade9_off_track_chicago"),
        {"chronic_absence_6_8": 0.15, "grade9_off_track_chicago": 0.15},
    ),
    "outcomes of a grade share them": (
        ("chronic_absence_6_8", "grade8_not_ready_core", "core_f_next_term_10_12"),
        {"chronic_absence_6_8": 0.075, "grade8_not_ready_core": 0.075, "core_f_next_term_10_12": 0.15},
    ),
    "who repeats grade 9 is not there for the first time": (
        ("grade9_off_track_chicago", "core_f_next_term_9_again"),
        {"grade9_off_track_chicago": 0.15, "core_f_next_term_9_again": 0.15},
    ),
    "what is said counts": (
        ({"name": "chronic_absence_9", "capacity": 0.05}, "grade9_off_track_chicago"),
        {"chronic_absence_9": 0.05, "grade9_off_track_chicago": 0.075},
    ),
}


@pytest.mark.parametrize(("said", "shares"), SHARES.values(), ids=SHARES.keys())
def test_each_outcome_has_its_places_and_no_grade_more_than_the_installation_says(
    said: Said, shares: dict[str, float]
) -> None:
    served = served_outcomes(settings_with(said), "bay")
    assert {one.outcome.name: one.settings.gate.capacity for one in served} == shares
    assert [one.settings.training.outcome for one in served] == list(shares)


def test_an_outcome_is_trained_as_the_district_says_and_else_as_the_installation_does() -> None:
    said = {
        "name": "chronic_absence_9",
        "model": False,
        "as_of": ["week 14"],
        "years": 1,
        "weeks": 0,
        "replicates": 200,
    }
    settings = settings_with([said, "grade9_off_track_chicago"])
    lean, usual = (
        served_outcome(settings, "bay", name).settings for name in ("chronic_absence_9", "grade9_off_track_chicago")
    )
    assert (lean.training.model, lean.training.as_of, lean.training.years, lean.training.weeks) == (
        False,
        ("week 14",),
        1,
        0,
    )
    assert lean.gate.replicates == 200
    assert usual.training.model_copy(update={"outcome": ""}) == settings.training.model_copy(update={"outcome": ""})
    elsewhere = served_outcome(settings, "bay", "not_graduated_12")
    assert (elsewhere.settings.training.outcome, elsewhere.settings.gate.capacity) == ("not_graduated_12", 0.15)


@pytest.mark.parametrize(
    ("said", "more", "refusal"),
    [
        (
            ["chronic_absence_68"],
            {},
            r"districts.bay.outcomes: no outcome 'chronic_absence_68'; did you mean 'chronic_a",
        ),
        (
            ["chronic_absence_9"],
            {"outcomes": {"chronic_absence_9": {"on": False}}},
            "districts.bay.outcomes: 'chronic_absence_9' is off; set outcomes.chronic_absence_9.on to true",
        ),
    ],
)
def test_an_outcome_that_cannot_be_served_is_refused(said: Said, more: dict[str, object], refusal: str) -> None:
    with pytest.raises(SettingsRefused, match=refusal):
        served_outcomes(settings_with(said, **more), "bay")


def test_an_outcome_said_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="'chronic_absence_9' is there twice; say each outcome once"):
        settings_with(["chronic_absence_9", {"name": "chronic_absence_9"}])


def test_every_outcome_is_served_by_a_rule_whose_reasons_its_feature_set_can_say() -> None:
    for outcome in OUTCOMES.values():
        served = feature_set_of(outcome)
        assert SERVABLE[served.name].name == served.name
        assert served.indicator
        assert not outcome.rule or served.indicator.name == outcome.rule
        alone = served.rule_alone()
        assert list(alone.features()) == [
            name for name in served.features() if name in {sign.feature for sign in served.indicator.reasons}
        ]
        assert alone.indicator is served.indicator


def test_no_two_outcomes_are_called_alike() -> None:
    assert len({one.about for one in ALL}) == len(ALL), "a district may serve any of them together"
