"""Concepts and sentences: what features say together, and that every sentence reads for every value."""

import re
from collections.abc import Iterator
from math import nextafter

import pytest

from features.definitions.catalog import FEATURE_SETS
from features.language.feature_set import Feature, Strength

DEFINED = {name: feature for one in FEATURE_SETS.values() for name, feature in one.defined().items()}
OWN = {name: feature for name, feature in DEFINED.items() if not feature.is_context}
NUMBERS = re.compile(r"\{[^}]*\}")
TYPICAL = (0.0, 0.004, 0.05, 0.125, 0.5, 1.0, 2.0, 2.75, 14.0, 180.0, -0.4, -3.0)
NEVER_SAID = re.compile(r"at[- ]risk|dropout|will fail|because of|due to|caused|lazy|bad |poor ", re.IGNORECASE)

MANY = re.compile(
    r"\b1 (serious |behavior |failed |final |semester |core |school |new )*"
    r"(days|incidents|Fs|Ds|courses|schools|years|times|classes|credits)\b"
)


def sentences(feature: Feature) -> Iterator[str]:
    """Every sentence of a feature, with no value in it."""
    yield feature.because
    yield from (words for words in (feature.one, feature.strength.words if feature.strength else "") if words)


@pytest.mark.parametrize("name", DEFINED)
def test_every_feature_belongs_to_a_concept(name: str) -> None:
    assert re.fullmatch(r"[a-z_]+", DEFINED[name].concept)


def test_a_concept_is_of_one_domain_and_either_a_school_can_change_it_or_not() -> None:
    for concept in {feature.concept for feature in DEFINED.values()}:
        members = [feature for feature in DEFINED.values() if feature.concept == concept]
        assert len({(one.domain, one.can_change, one.is_context) for one in members}) == 1, concept


def test_what_a_student_does_not_own_speaks_neither_for_nor_against_anybody() -> None:
    assert all(feature.strength is None for feature in DEFINED.values() if feature.is_context)


@pytest.mark.parametrize("name", DEFINED)
def test_every_sentence_reads_for_every_value(name: str) -> None:
    """Ordinary values and odd ones: nothing but words, one number at most, and no second way to write a zero."""
    for words in sentences(DEFINED[name]):
        assert len(NUMBERS.findall(words)) <= 1
        for value in TYPICAL:
            said = words.format(value, rest=1 - value)
            assert not re.search(r"[{}]|nan|e[+-]\d|  ", said), said
            assert len(said.split()) <= 16, said
            assert not NEVER_SAID.search(said), said


@pytest.mark.parametrize("name", [name for name, feature in OWN.items() if feature.one])
def test_a_singular_counts_one_thing_and_is_another_sentence(name: str) -> None:
    feature = OWN[name]
    assert feature.one.format(1.0) != feature.because.format(1.0)
    assert "1 " in feature.one.format(1.0)
    assert not MANY.search(feature.one.format(1.0)), feature.one


@pytest.mark.parametrize("name", [name for name, feature in OWN.items() if re.search(r"\{:\.0f\}", feature.because)])
def test_a_count_has_a_singular(name: str) -> None:
    assert OWN[name].one


@pytest.mark.parametrize("name", [name for name, feature in OWN.items() if feature.strength])
def test_a_strength_speaks_on_the_side_on_which_more_is_better(name: str) -> None:
    feature = OWN[name]
    assert feature.strength is not None
    assert (feature.strength.operator in (">", ">=")) == (feature.more_is == "better" or name.startswith("gpa_change"))
    assert feature.strength.met_by(feature.strength.bound)
    assert not feature.strength.met_by(float("nan"))


def test_a_strength_begins_at_its_bound() -> None:
    little = Strength("was in school on {rest:.0%} of the days", "<=", 0.05)
    assert little.words.format(0.05, rest=0.95) == "was in school on 95% of the days"
    assert little.met_by(0.05)
    assert not little.met_by(nextafter(0.05, 1))
