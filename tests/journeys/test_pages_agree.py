"""One page, one truth: every page and report of an installation is read, and no two say different things of one."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import httpx
import pytest

from presentation.numbers import capitalized
from tests.journeys.conftest import Installation
from tests.journeys.page_figures import (
    PageText,
    Serves,
    checks_on,
    disagreements,
    figures_on,
    own_scores_outside,
    serves_on,
)
from tests.journeys.test_from_records_to_page import counselor_of, password_of, serving_bundle
from training.evaluation.scorers import words_of
from training.gate.verdict import GateCheck, sentences
from training.train_and_record import board_beside

DISTRICTS: dict[str, Serves] = {"harbor": "model", "mesa": "rule"}
"""What serves each district of the demo."""
STUDENTS = 12
"""Students of each list whose pages are read."""


def called(scored: Installation, district: str) -> str:
    """What reports call that which serves."""
    metrics = json.loads((serving_bundle(scored, district) / "metrics.json").read_bytes())
    return "the model" if DISTRICTS[district] == "model" else words_of(metrics["serving_rule"])


def reports_of(scored: Installation, district: str) -> Iterator[PageText]:
    """The technical report and the board page of the training run whose bundle serves."""
    (report,) = scored.home.glob(f"reports/{district}-*-{serving_bundle(scored, district).name[:8]}.html")
    for name, place in (("report", report), ("board", board_beside(report))):
        yield PageText.of(f"{district} {name}", place.read_text(encoding="utf-8"))


def card_of(scored: Installation, district: str) -> PageText:
    """The model card of the bundle that serves."""
    card = (serving_bundle(scored, district) / "card.md").read_text(encoding="utf-8")
    return PageText(f"{district} card", card, says_what_serves=False)


def console_of(scored: Installation, district: str) -> PageText:
    """The signed checks as `ontrack train` prints them, in the form in which a report has them."""
    gate = json.loads((serving_bundle(scored, district) / "gate.json").read_bytes())
    lines = (" ".join(line.split()) for line in sentences([GateCheck(**check) for check in gate["checks"]]))
    return PageText(f"{district} console", "\n".join(map(capitalized, lines)), says_what_serves=False)


def monitor_of(scored: Installation, district: str) -> PageText:
    """The monitoring report, whatever it finds."""
    report = scored.folder / f"monitor-{district}.html"
    scored.invoked(("monitor", "--district", district, "--out", str(report)))
    return PageText.of(f"{district} monitor", report.read_text(encoding="utf-8"))


def pages_of(scored: Installation, address: str, district: str) -> Iterator[PageText]:
    """The list of a counselor, and the pages of the students on it."""
    staff_id, email = counselor_of(scored, district)
    form = {"district": district, "email": email, "password": password_of(scored, district, staff_id)}
    with signed_in(address, form) as client:
        yield PageText.of(f"{district} my week", client.get("/").text, says_what_serves=False)
        listed = client.get("/caseload").text
        yield PageText.of(f"{district} list", listed)
        for place in re.findall(r'href="(/students/[^"]+)"', listed)[:STUDENTS]:
            yield PageText.of(f"{district} {place}", client.get(place).text)


@contextmanager
def signed_in(address: str, form: dict[str, str]) -> Iterator[httpx.Client]:
    """A client who has signed in."""
    with httpx.Client(base_url=address, follow_redirects=True, headers={"Sec-Fetch-Site": "same-origin"}) as client:
        assert client.post("/sign-in", data=form).status_code == 200
        yield client


def totals_of(scored: Installation, address: str, district: str) -> Iterator[PageText]:
    """*Models*, *School and district* and *Equity*, as a district's data team sees them."""
    email = f"walker@{district}.example"
    named = ("--first-name", "Ada", "--last-name", "Walker", "--email", email, "--role", "data_team")
    password = scored.run_here("users", "add", "--district", district, *named, "walker").strip()
    with signed_in(address, {"district": district, "email": email, "password": password}) as client:
        for name in ("models", "school", "equity"):
            page = client.get(f"/{name}")
            assert page.status_code == 200
            yield PageText.of(f"{district} {name}", page.text, says_what_serves=name == "models")


@dataclass(frozen=True)
class Walk:
    """A district, what serves it and what that is called, and all its pages and reports."""

    serves: Serves
    called: str
    pages: list[PageText]

    def disagreements(self) -> list[str]:
        """Every pair that disagrees."""
        return disagreements(self.pages, self.serves, self.called)


@pytest.fixture(scope="session")
def walks(scored: Installation, address: str) -> dict[str, Walk]:
    """A walk through each district of the demo, made once: pytest would make a fixture anew for each change of it."""
    return {district: walk_through(scored, address, district) for district in DISTRICTS}


def walk_through(scored: Installation, address: str, district: str) -> Walk:
    """All pages and reports of a district."""
    printed = [card_of(scored, district), console_of(scored, district), monitor_of(scored, district)]
    shown = [*pages_of(scored, address, district), *totals_of(scored, address, district)]
    pages = [*reports_of(scored, district), *printed, *shown]
    return Walk(DISTRICTS[district], called(scored, district), pages)


@pytest.fixture(params=DISTRICTS)
def walked(request: pytest.FixtureRequest, walks: dict[str, Walk]) -> Walk:
    """The walk through a district."""
    return walks[str(request.param)]


def test_no_two_pages_of_a_district_disagree(walked: Walk) -> None:
    assert walked.disagreements() == []


def test_the_walk_reads_the_figures_that_pages_share(walked: Walk) -> None:
    """A sentence that is worded otherwise must not slip through unread."""
    report, board, card, console, _, _, listed, *students, models, _, _ = walked.pages
    read = {page.name: {one.what for one in figures_on(page, walked.called)} for page in walked.pages}
    assert {"precision", "students", "off track", "listed"} <= read[report.name] & read[board.name]
    assert "missed" in read[board.name]
    assert "precision" in read[listed.name] or "How the lists of" in listed.text
    assert {"precision", "missed"} <= read[card.name] & read[models.name]
    for page in (report, console):
        assert {"GATE02", "GATE05", "GATE06"} <= {one.code for one in checks_on(page)}
    assert len(students) >= 5
    assert all("students with similar records ended" in page.text for page in students)


RANGE = "another range on the list"
PLANTED = {
    "another figure": (r"would have listed in ([\d–]+), (\d)", r"would have listed in \1, 9\2"),
    RANGE: (r"(likely range is |listed like this in [\d–]+, )\d+ to", r"\g<1>99 to"),
    "other students counted": (r"with a known outcome, ([\d,]+) ended", "with a known outcome, 9,999 ended"),
    "a verdict unlike its interval": (r"Pass (GATE03)", r"Fail \1"),
    "another precision on Models": (r"\n(Model|Published rule) \d+ ", r"\n\1 99 "),
    "another scorer": (r"A model puts|The published rule puts", "Somebody puts"),
}


PAIRS = [(one, planted) for one in DISTRICTS for planted in PLANTED if (one, planted) != ("harbor", RANGE)]
"""Every plant in every district, but for a range on the list of the one in use: how its lists turned out is there."""


@pytest.mark.parametrize(("walked", "planted"), PAIRS, indirect=["walked"])
def test_a_planted_disagreement_is_found(walked: Walk, planted: str) -> None:
    words, instead = PLANTED[planted]
    at = next(place for place, page in enumerate(walked.pages) if re.search(words, page.text))
    changed = [*walked.pages]
    changed[at] = replace(changed[at], text=re.sub(words, instead, changed[at].text, count=1))
    assert replace(walked, pages=changed).disagreements() != []


PRINTED = {
    "card": (r"(the published rule \| )0\.\d+", r"\g<1>0.010"),
    "console": (r"(GATE02 .*?interval )\S+", r"\g<1>-99"),
}
"""A figure or an interval on what is no page of the walk but stands beside it, and another one."""


@pytest.mark.parametrize(
    ("walked", "printed"), [(one, printed) for one in DISTRICTS for printed in PRINTED], indirect=["walked"],
)  # fmt: skip
def test_another_figure_on_the_card_or_the_console_is_found(walked: Walk, printed: str) -> None:
    words, instead = PRINTED[printed]
    (at,) = (place for place, page in enumerate(walked.pages) if page.name.endswith(f" {printed}"))
    changed = [*walked.pages]
    changed[at] = replace(changed[at], text=re.sub(words, instead, changed[at].text, count=1))
    assert len(replace(walked, pages=changed).disagreements()) > len(walked.disagreements())


def test_words_on_chance_beside_an_interval_without_zero_are_found() -> None:
    board = PageText(
        "board",
        "The published rule serves: the model could not be proven.\n"
        "Of 100 English learners who later fell off track, 36 were on the list; of 100 others, 82. "
        "This may be chance.\nEnglish learners: -47 (-79 to -12)\n",
    )
    assert len(disagreements([board], "rule", "the published rule")) == 1


def test_a_score_outside_the_range_that_it_is_set_beside_is_found() -> None:
    page = PageText(
        "student",
        "About 5 in 10 students with similar records ended grade 9 off track. That is from 87 past students. The "
        "likely range is 61 to 73 of 100.\n"
        "In 2025–26, 87 students were listed with a score of 6 to 7 in 10, as this student now.",
    )
    assert len(list(own_scores_outside(page))) == 2


@pytest.mark.parametrize(("said", "found"), [
    ("About 6 in 10", 1), ("About 64 of 100", 0), ("About 68 of 100", 1), ("About 7 in 10", 1),
    ("More than 9 in 10", 1), ("Fewer than 1 in 10", 1),
])  # fmt: skip
def test_a_rounded_share_outside_its_own_range_is_found(said: str, found: int) -> None:
    page = PageText(
        "student",
        f"{said} students with similar records ended grade 9 off track. That is from 87 past students. The "
        "likely range is 62 to 67 of 100.",
    )
    assert len(list(own_scores_outside(page))) == found


def test_a_page_that_names_two_scorers_serves_neither() -> None:
    page = PageText("student", "A model puts this list in order. Scored by the published rule.")
    assert serves_on(page) == {"model", "rule"}
