"""What people read is read in grade 8: every sentence, and every page."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest

from docs.translations import messages, read_catalog, strings_of
from features.definitions.catalog import FEATURE_SETS
from serving.wording.locale import LOCALES, load_language
from serving.wording.outcomes import ended_words
from serving.wording.reasons import fill_template
from serving.wording.steps import COURSES
from tests.serving.browser import Browser
from tests.serving.example_service import ExampleService
from tests.serving.wording.reading_level import ease, grade, sentences, spoken

HARDEST_GRADE, LEAST_EASE = 8.0, 70.0
SAMPLES: Mapping[str, object] = {
    "count": 62, "low": 54, "high": 69, "then": 63, "now": 83, "number": 12, "off_track": 400, "never_listed": 180,
    "year": "2025–26", "years": "2024–25 and 2025–26", "first": "2023–24", "last": "2025–26", "pass": 6, "of": 8,
    "may": 2, "most": 2, "so_far": 3, "credits": 3, "least": 5, "average": 3, "days": 9, "school_days": 110,
    "per_month": 1,
    "missed": 2, "share": 0.5, "incident": "a1b2", "value": "10%", "letter": "B", "term": "S1",
    "least_share": 0.1, "least_failures": 2, "name": "Ann Lee", "district": "Bay Unified", "grade": 9,
    "records": 4, "scoring": 6, "came": 60, "before_missed": 2, "before_days": 48, "listed": 212, "came_true": 118,
    "courses": "Algebra 1 and Biology", "course": "Algebra 1", "mark": "F", "before": "B",
    "school": "North High", "page": 1, "pages": 2, "num": 14, "held": 3, "planned": 7, "rest": 0.9, "week": 11,
    "through": 10, "talked": 3, "all": 8, "names": "Ann Lee",
    "colleague": "Ann Lee", "absent": "Jo Diaz",
    "letters": 1.2, "own": 9, "month": "Nov", "group": "Girls", "attribute": "sex", "provider": "Bay ID",
    "part": 40, "usual": 12, "code": "tardy", "verdicts": "passed", "members": 9,
    "lead": 6, "middle": 6, "students": 4200,
    "grades": "9", "outcome": "ended grade 9 off track", "judged": "the school year that ended in 2026", "gap": 0.04,
    "fewest": 11, "cohort": "students who are in grade 9 for the first time", "needed": 1700, "refits": 10,
    "rows": 2000, "scorer": "the published rule", "features": "classes cut", "verdict": "passed", "later": "the model",
    "people": "Girls", "weeks": "11 to 21", "asked": "Is it so?",
    "domain": "grades", "whole": 512, "differ": 3, "beside": 0, "late": 4,
}  # fmt: skip
"""Typical values of what sentences leave open."""


def samples_in(code: str) -> dict[str, object]:
    """Typical values, with those that are words in their language."""
    words = load_language(code)
    return {
        **SAMPLES,
        "ended": ended_words(words, "ended grade 9 off track"),
        "day": {"en": "Nov 20, 2026", "es": "20 nov 2026"}[code],
        "about": words.translate("about {count} in 10", count=6).capitalize(),
        "similar": words.translate("about {count} in 10", count=6),
        "band": words.translate("Some signals").lower(),
        "where": words.translate(COURSES["core"]),
        "sentence": words.translate("was not late this year"),
        "kind": words.translate("Incidents"),
        "plan": words.translate("Tutoring in one course"),
        "counts": {"en": "minor (5), major (1)", "es": "leve (5), grave (1)"}[code],
        "goal": {"en": "Is in school four days a week", "es": "Va a la escuela cuatro días"}[code],
        "task": {"en": "Bring the bus pass", "es": "Traer el pase"}[code],
        "outcomes": words.translate("core courses next term, grades 10 to 12"),
    }


def said(code: str) -> list[str]:
    """Every sentence of the catalog in a language, with typical values."""
    words, samples = load_language(code), samples_in(code)
    if code == "en":
        templates = [text for one in messages() for text in ([one] if isinstance(one, str) else one)]
    else:
        templates = list(strings_of(read_catalog(code)))
    named = [re.sub(r"%\((\w+)\)s", r"{\1}", text) for text in templates]
    values = {name: words.localize(value) for name, value in samples.items()}
    return [text.format(words.localize(0.25 if "%" in text else 2.0), **values) for text in named]


def hard(code: str, texts: list[str]) -> list[str]:
    """Those of the texts that are hard to read."""
    if code == "en":
        return [text for text in texts if grade(text) > HARDEST_GRADE]
    return [text for text in texts if ease(text) < LEAST_EASE]


@pytest.mark.parametrize("code", LOCALES)
def test_every_sentence_is_read_in_grade_8(code: str) -> None:
    measured = [sentence for text in said(code) for sentence in sentences(text)]
    assert len(measured) > 200
    assert hard(code, measured) == []


@pytest.mark.parametrize("code", LOCALES)
def test_every_feature_is_read_in_grade_8_at_a_typical_value(code: str) -> None:
    features = [feature for one in FEATURE_SETS.values() for feature in one.features().values()]
    texts = {
        fill_template(load_language(code), one.because, 0.25 if "%" in one.because else 3.0) + "." for one in features
    }
    assert len(texts) > 50
    assert hard(code, [sentence for text in texts for sentence in sentences(text)]) == []


@pytest.mark.parametrize("code", LOCALES)
@pytest.mark.parametrize("path", [
    "/caseload", "/caseload?show=all", "/students/k-amara", "/students/k-bruno", "/students/k-dmitri",
    "/students/k-emil", "/students/k-farah", "/students/k-amara/family", "/sign-in", "/nothing",
])  # fmt: skip
def test_every_page_is_read_in_grade_8(service: ExampleService, code: str, path: str) -> None:
    browser = Browser(service, "harbor", "s-lena") if path != "/sign-in" else Browser(service)
    browser.client.headers["Accept-Language"] = code
    running = " ".join(Paragraphs(browser.get(path).text).sentences)
    assert len(running.split()) >= 20
    assert hard(code, [running]) == []


@pytest.mark.parametrize(("code", "text"), [
    ("en", "Notwithstanding considerable improvements in attendance, additional interventions remain indispensable."),
    ("es", "No obstante las considerables mejoras en la asistencia, resultan indispensables otras intervenciones."),
])  # fmt: skip
def test_a_planted_hard_sentence_is_found(code: str, text: str) -> None:
    assert hard(code, [text]) == [text]


@pytest.mark.parametrize(("word", "syllables"), [
    ("about", 2), ("records", 2), ("ended", 2), ("missed", 1), ("grade", 1), ("table", 2), ("attendance", 3),
    ("behavior", 3), ("incidents", 3), ("decide", 2), ("days", 1), ("average", 3), ("people", 2), ("published", 2),
])  # fmt: skip
def test_syllables_are_counted_as_words_are_spoken(word: str, syllables: int) -> None:
    assert spoken(word) == syllables


class Paragraphs(HTMLParser):
    """The running text of a page: what stands in paragraphs, list items and headings, ending as sentences do."""

    BLOCKS = frozenset({"p", "li", "h3", "h1"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sentences: list[str] = []
        self.inside: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.BLOCKS:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.BLOCKS and self.inside:
            self.inside.pop()
            self.sentences += sentences(self.text)
            self.text = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.text += data
