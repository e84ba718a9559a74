"""The Spanish catalog: a sentence for every sentence, and none that nobody says any more."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from hatchling.builders.wheel import WheelBuilder

from docs.translations import Message, forms_of, messages, read_catalog, updated
from features.definitions.outcomes import ALL
from features.language.outcome import Outcome, with_thresholds
from features.way_back.rule_bounds import CORE_SUBJECTS, rule_bounds
from features.way_back.steps import WayBackStep
from serving.wording.locale import LOCALES, catalog_path, load_language
from serving.wording.outcomes import ended_words
from serving.wording.steps import COURSES, STEPS, step_sentence

ROOT = Path(__file__).parents[3]
NAMED = re.compile(r"%\((\w+)\)s")
SPANISH = load_language("es")
ALL_VALUES = {
    "pass": 6.0, "of": 8.0, "may": 1.0, "most": 1.0, "so_far": 2.0, "credits": 2.5, "least": 5.0, "average": 2.5,
    "days": 9.0, "school_days": 100.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The catalog as it is written."""
    return read_catalog("es")


def fields_of(words: str) -> list[str]:
    """What a sentence leaves open, in any order: names and formats."""
    open_fields = [f"{name}:{spec}" for _, name, spec, _ in Formatter().parse(words) if name is not None]
    return sorted([*open_fields, *NAMED.findall(words)])


def pairs(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Each sentence beside its translation; of those with a plural, the plural."""
    for one in catalog:
        if one.id:
            yield (one.id if isinstance(one.id, str) else one.id[1]), forms_of(one)[-1]


def test_the_catalog_has_exactly_the_sentences_that_people_read(catalog: Catalog) -> None:
    written = {one.id if isinstance(one.id, str) else tuple(one.id) for one in catalog if one.id}
    assert written == set(messages()), "run `python -m docs.translations`"


def test_every_sentence_is_translated_with_the_same_open_places(catalog: Catalog) -> None:
    assert [english for english, spanish in pairs(catalog) if not spanish.strip()] == []
    assert [english for english, spanish in pairs(catalog) if fields_of(english) != fields_of(spanish)] == []
    assert [one.id for one in catalog if one.fuzzy and one.id] == []


@pytest.mark.parametrize("message", ["A sentence that nobody translated.", ("one thing", "{number} things")])
def test_a_new_sentence_shows_as_missing_and_an_old_one_goes(catalog: Catalog, message: Message) -> None:
    fresh = updated(catalog, {message: ["a test"]})
    assert [one.id if isinstance(one.id, str) else tuple(one.id) for one in fresh if one.id] == [message]
    assert [one.id for one in fresh if one.id and any(forms_of(one))] == []


def test_a_translation_that_lost_a_value_is_found() -> None:
    assert fields_of("missed {:.0%} of {days} days") != fields_of("faltó al {:.0%} de los días")
    assert fields_of("Grade %(grade)s") != fields_of("Grado")


def test_the_wheel_ships_the_catalogs_and_no_compiled_one() -> None:
    shipped = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    paths = {catalog_path(code).relative_to(ROOT).as_posix() for code in LOCALES if code != "en"}
    assert paths <= shipped
    assert [path for path in shipped if path.endswith(".mo")] == []


@pytest.mark.parametrize("outcome", ALL, ids=lambda outcome: outcome.name)
def test_every_published_outcome_is_said_in_spanish_with_its_thresholds(outcome: Outcome) -> None:
    ended = with_thresholds(outcome, {}).ended
    spanish = ended_words(SPANISH, ended)
    assert spanish != ended
    assert re.findall(r"\d+%?", spanish) == re.findall(r"\d+%?", ended) or "12" in ended


def test_an_outcome_of_a_district_stays_in_its_own_words() -> None:
    assert ended_words(SPANISH, "ended the year without a music mark") == "ended the year without a music mark"


def test_every_step_of_a_way_back_has_words_in_both_languages() -> None:
    asked = {part.code for outcome in ALL for part in rule_bounds(outcome)}
    assert asked
    assert asked | {f"pass_{subject}" for subject in CORE_SUBJECTS} <= set(STEPS)
    for code in STEPS:
        for lost in (False, True):
            said = [step_sentence(load_language(one), WayBackStep(code, ALL_VALUES), lost=lost) for one in LOCALES]
            assert said[0] != said[1]
            assert all(words.endswith(".") and "{" not in words for words in said)
    assert set(COURSES.values()) <= set(messages())


def test_a_step_of_another_version_is_said_plainly_rather_than_breaking_the_page() -> None:
    assert step_sentence(SPANISH, WayBackStep("sing_more", {"songs": 2.0})) == "Sing more."
