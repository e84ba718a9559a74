"""What pages and reports say in figures, read back from their sentences, and where two of them disagree."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import unescape
from itertools import combinations
from typing import Literal

from training.gate.checks import UNPROVEN

Serves = Literal["model", "rule"]
MODEL = frozenset({"the model", "the model, which does not serve", "this model"})
MINUS = str.maketrans({"−": "-"})


@dataclass(frozen=True)
class Figure:
    """A figure as a page says it: what it is, of whose list, in which year, and its range where it has one.

    All are of 100; a range alone has no value.
    """

    page: str
    what: str
    of: str
    year: str
    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def subject(self) -> tuple[str, str, str]:
        """What has to be said alike on every page."""
        return self.what, self.of, self.year


@dataclass(frozen=True)
class Check:
    """A check as a page says it: its verdict in words, the interval and what is allowed, of 100."""

    page: str
    code: str
    verdict: str
    low: float
    high: float
    allowed: float | None
    unproven: bool


@dataclass(frozen=True)
class PageText:
    """A page as text, with the name that a reader knows it by, and whether it is a page that says what serves."""

    name: str
    text: str
    says_what_serves: bool = True

    @staticmethod
    def of(name: str, html: str, *, says_what_serves: bool = True) -> "PageText":
        """A page without its tags, styles and pictures; every block is a line."""
        told = re.sub(r"(?s)<(style|svg|script|head)\b.*?</\1>", "\n", html)
        lines = re.sub(r"</?(?:p|li|h\d|tr|section|dt|dd|summary|figcaption|table|ul|ol|div)\b[^>]*>", "\n", told)
        plain = unescape(re.sub(r"<[^>]+>", " ", lines)).translate(MINUS)
        text = "\n".join(" ".join(line.split()) for line in plain.splitlines() if line.strip())
        return PageText(name, text, says_what_serves)

    def found(self, pattern: str) -> Iterator["re.Match[str]"]:
        """Every place where a pattern matches."""
        return re.finditer(pattern, self.text)


N, RANGE = r"(\d+)", r"\(between (\d+) and (\d+)\)"
HEADLINE = (
    rf"Of 100 students (.+?) would have listed in ([\d–]+), {N} ended off track {RANGE}"
    rf"(?:; by (.+?), {N} {RANGE})?\."
)
LISTED_LIKE_THIS = (
    r"Of 100 students listed like this in ([\d–]+), "
    rf"(?:about {N} ended .+?\. The likely range is {N} to {N}|{N} to {N} ended)"
)
MISSED = (
    rf"Of 100 students who ended off track in ([\d–]+), {N} were not on such a list by (.+?)(?:; by (.+?), {N})?\.\n"
)
COUNTED = r"Of ([\d,]+) students on the scoring dates of ([\d–]+) with a known outcome, ([\d,]+) ended off track"
LIST_HOLDS = r"so the list holds ([\d,]+)"
GLANCE = rf"\n{N} of 100 students (listed ended off track|who ended off track were listed) by (.+?): {N}\n"
CHECK = (
    r"(Pass|Fail|Not enough evidence) (GATE\d\d) ([^\n]*?)"
    r"\(95% interval ([+-]?\d+) to ([+-]?\d+)(?:; allowed is (-?\d+))?\)([^\n]*)"
)
CHANCE = (
    r"Of 100 ([^\n]+?) who later fell off track, \d+ were on the list; of 100 [^\n]+?, \d+\. "
    r"(This may be chance|Chance alone does not explain this|Seen by itself)"
)
GAP = r"\n([^\n:]+): [+-]?\d+ \(([+-]?\d+) to ([+-]?\d+)\)"
OWN_SCORE = (
    rf"(?:(?:[Aa]bout {N}|([Mm]ore than 9)|([Ff]ewer than 1)) in 10|[Aa]bout {N} of 100) students with similar records"
)
SIMILAR_RANGE = rf"from {N} past students\. The likely range is {N} to {N} of 100"
LISTED_WITH = rf"{N} students were listed with a score of {N} to {N} in 10, as this student now"
TRACK_RECORD = (
    rf"In ([\d–]+(?: (?:and|to) [\d–]+)?), {N} students were (listed with a score of {N} to {N} in 10|on this list)"
    rf"[^.]*\. Of 100 of them, about {N} ended [^.]+\. The likely range is {N} to {N}"
)
CARD = r"\n\| ([^|\n]+?) \| (\d\.\d+) \| (\d\.\d+) \| [^|\n]+ \| precision (\d\.\d+) to (\d\.\d+)"
"""A scorer's line on a model card: precision, recall, and the interval of the precision, as shares."""
MODELS_ROW = rf"\n(Model|Published rule) {N} {N} \d+\n"
"""A scorer's line on *Models*: of 100 listed those who ended off track, and of 100 such students those listed."""
ON_MODELS = {"Model": "the model", "Published rule": "the published rule"}
SERVED: Mapping[str, Serves] = {
    "The model may serve": "model",
    "rule serves: the model": "rule",
    "A model puts this list in order": "model",
    "The published rule puts this list in order": "rule",
    "Scored by a model": "model",
    "Scored by the published rule": "rule",
    ": a model serves": "model",
    ": the published rule serves": "rule",
    "\nA model serves.\n": "model",
    "\nThe published rule serves.\n": "rule",
}
"""How a page says what serves."""


def serves_on(page: PageText) -> set[Serves]:
    """What serves, by what a page says."""
    return {serves for words, serves in SERVED.items() if words in page.text}


def figures_on(page: PageText, serves: str) -> Iterator[Figure]:
    """Every figure that a page says of a list; `serves` is whose list a page means that names none."""
    for one in page.found(HEADLINE):
        who, year, *first, other, value, low, high = one.groups()
        yield figure(page, "precision", who, year, *first)
        if other:
            yield figure(page, "precision", other, year, value, low, high)
    for one in page.found(LISTED_LIKE_THIS):
        year, value, low, high, wide_low, wide_high = one.groups()
        yield figure(page, "precision", serves, year, value, low or wide_low, high or wide_high)
    for one in page.found(MISSED):
        year, value, who, other, beside = one.groups()
        yield figure(page, "missed", who, year, value)
        if other:
            yield figure(page, "missed", other, year, beside)
    for one in page.found(COUNTED):
        yield figure(page, "students", "", one[2], one[1])
        yield figure(page, "off track", "", one[2], one[3])
    yield from (figure(page, "listed", "", "", one[1]) for one in page.found(LIST_HOLDS))
    for one in page.found(TRACK_RECORD):
        years, students, like, _, _, *shown = one.groups()
        yield figure(page, f"students {like}", serves, years, students)
        yield figure(page, f"precision of those {like}", serves, years, *shown)
    for one in page.found(GLANCE):
        yield from glanced(page, *one.groups())
    for one in page.found(MODELS_ROW):
        yield figure(page, "precision", ON_MODELS[one[1]], "", one[2])
        yield figure(page, "missed", ON_MODELS[one[1]], "", str(100 - int(one[3])))
    for one in page.found(CARD):
        precision, recall, low, high = (f"{100 * float(share):.0f}" for share in one.groups()[1:])
        yield figure(page, "precision", one[1], "", precision, low, high)
        yield figure(page, "missed", one[1], "", str(100 - int(recall)))


def glanced(page: PageText, value: str, words: str, other: str, beside: str) -> Iterator[Figure]:
    """The figures at a glance: the model's, and those of the rule beside it."""
    missed = words.startswith("who")
    for who, number in (("the model", value), (other, beside)):
        said = str(100 - int(number)) if missed else number
        yield figure(page, "missed" if missed else "precision", who, "", said)


def figure(
    page: PageText, what: str, of: str, year: str, value: str | None, low: str | None = None, high: str | None = None
) -> Figure:
    """A figure from its words; the model is called one thing."""
    numbers = [None if one is None else float(one.replace(",", "")) for one in (value, low, high)]
    return Figure(page.name, what, "the model" if of in MODEL else of, year, *numbers)


def checks_on(page: PageText) -> Iterator[Check]:
    """Every check of the gate on a page that says an interval; of several in a sentence, the one that decides."""
    for one in page.found(CHECK):
        verdict, code, _, low, high, allowed, rest = one.groups()
        bound = None if allowed is None else float(allowed)
        yield Check(page.name, code, verdict, float(low), float(high), bound, UNPROVEN in rest)


def disagreements(pages: list[PageText], serves: Serves, called: str) -> list[str]:
    """Every pair of figures, words and verdicts of a district's pages that disagree; `called` is what serves."""
    found = [one for page in pages for one in figures_on(page, called)]
    return [
        *(f"{page.name} does not say that the {serves} serves" for page in pages if not says(page, serves)),
        *(
            f"{one.page} and {other.page}: {one.what} of {one.of}"
            for one, other in combinations(found, 2)
            if differ(one, other)
        ),
        *(f"{one.page}: {one.what} of {one.of} is outside its range" for one in found if is_outside(one)),
        *(f"{one.page}: {one.code} says {one.verdict}" for page in pages for one in checks_on(page) if is_unlike(one)),
        *(f"{one.page} and {other.page}: {one.code}" for one, other in checks_that_differ(pages)),
        *(words for page in pages for words in (*chance_beside_intervals(page), *own_scores_outside(page))),
    ]


def says(page: PageText, serves: Serves) -> bool:
    """Whether a page says what serves, or says nothing else where it need not."""
    return serves_on(page) == {serves} or not (page.says_what_serves or serves_on(page))


def checks_that_differ(pages: list[PageText]) -> Iterator[tuple[Check, Check]]:
    """Each check of a page that is another on a page with more of them, which has those of every part of the year."""
    read = sorted(([*checks_on(page)] for page in pages), key=len)
    for checks, fuller in combinations((found for found in read if found), 2):
        for one in checks:
            alike = [other for other in fuller if other.code == one.code]
            if alike and not any(replace(other, page=one.page) == one for other in alike):
                yield one, alike[0]


def differ(one: Figure, other: Figure) -> bool:
    """Whether two figures of one thing are not the same; a year that one does not name is that of the other."""
    if (one.what, one.of) != (other.what, other.of) or (one.year and other.year and one.year != other.year):
        return False
    pairs = ((one.value, other.value), (one.low, other.low), (one.high, other.high))
    rounding = 1 if one.what == "missed" else 0  # 100 less a rounded share
    return any(a is not None and b is not None and abs(a - b) > rounding for a, b in pairs)


def is_outside(one: Figure) -> bool:
    """Whether an estimate lies outside the range beside it."""
    return None not in (one.value, one.low, one.high) and not one.low <= one.value <= one.high  # type: ignore[operator] # none is None


BETTER = frozenset({"GATE02", "GATE03", "GATE11", "GATE12", "GATE15"})
AT_LEAST = frozenset({"GATE04", "GATE05"})


def is_unlike(check: Check) -> bool:
    """Whether a verdict is not the one that its interval and bound give; rounded ends on a bound may be either side."""
    bound = abs(check.allowed or 0)
    low, high = (-bound, bound) if check.code not in BETTER | AT_LEAST else (-bound, float("inf"))
    if check.verdict == "Pass":
        return check.low < low or check.high > high
    if check.verdict == "Fail" or check.unproven:
        return not (check.high <= low or check.low >= high)
    return (check.low > low and check.high < high) or check.high < low or check.low > high


def chance_beside_intervals(page: PageText) -> Iterator[str]:
    """Every group of which the words on chance are not those of the interval shown for it."""
    intervals = {one[1].lower(): (float(one[2]), float(one[3])) for one in page.found(GAP)}
    for one in page.found(CHANCE):
        name, words = one.groups()
        low, high = intervals.get(name.lower(), (float("nan"),) * 2)
        if (low > 0 or high < 0) if words == "This may be chance" else (low < 0 < high):
            yield f"{page.name}: {words} of {name}, {low:+.0f} to {high:+.0f}"


def own_scores_outside(page: PageText) -> Iterator[str]:
    """Where a student's own score is outside its range, or outside that of the past students it is set beside."""
    own = next(page.found(OWN_SCORE), None)
    if own is None:
        return
    count = 91.0 if own[2] else 9.0 if own[3] else float(own[4] or 10 * float(own[1]))
    tenth = round(count / 10)
    for one in page.found(SIMILAR_RANGE):
        low, high = float(one[2]), float(one[3])
        if (count < low and not own[2]) or (count > high and not own[3]):
            yield f"{page.name}: a score of {count:.0f} of 100 outside {low:.0f} to {high:.0f}"
    for one in page.found(LISTED_WITH):
        if not float(one[2]) <= tenth <= float(one[3]):
            yield f"{page.name}: a score of {tenth} in 10 beside those of {one[2]} to {one[3]}"
