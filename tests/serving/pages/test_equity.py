"""Equity: the audit's published figures in words, and who of the district has read it."""

from dataclasses import replace

import pytest

from serving.pages.equity_view import MISSED, WORST, Against, AuditGroup, AuditTable, Figure, worst_words
from serving.store.total_rows import AuditSignOffRow
from serving.wording.locale import load_language
from tests.serving.browser import Browser, Tags
from tests.serving.example_releases import OUTCOME, model_parts, release, rule_parts
from tests.serving.example_service import ExampleService

UNCLEAR = "Missed: no group stands out clearly. The highest figure is"


def figure(share: float) -> dict[str, float]:
    """A share with an interval around it."""
    return {"estimate": share, "low": share - 0.1, "high": share + 0.1}


def group(name: str, found: float, *, corrected: float = 1.0) -> dict[str, object]:
    """A group of which a share of those off track was on the list."""
    rates = {"recall": figure(found), "false_discovery_rate": None, "selection_rate": figure(0.15)}
    return {
        "name": name, "n": 100, "off_track": 30, "listed": 15, "figures": rates, "against":
        {"recall": {"corrected": corrected}}, "curve": {"recall": [figure(found - 0.1), figure(found)]},
    }  # fmt: skip


def release_audited(service: ExampleService, *, corrected: float) -> str:
    """Puts a model in service whose audit found one group more than another; its digest."""
    tables = [
        {"of": "low_income", "crossed": False, "groups": [group("no", 0.6), group("yes", 0.4, corrected=corrected)]},
        {"of": "foster", "crossed": False, "groups": [], "untold": ["no", "yes"]},
    ]
    model = {"n": 200, "off_track": 60, "listed": 30, "least": 11, "capacities": [0.1, 0.15], "tables": tables}
    open_check = {"code": "EWS102", "says": "Not enough students.", "verdict": "not_enough_evidence"}
    metrics = {"audit": {"model": model, "others": {}, "checks": [open_check]}, "test_year": 2026}
    return release(service, "harbor", replace(model_parts("harbor"), metrics=metrics)).digest


def test_the_page_says_whom_the_list_misses_and_whether_that_may_be_chance(service: ExampleService) -> None:
    lena = Browser(service, "harbor", "s-lena")
    assert "Nothing was judged by group yet" in lena.get("/equity").text
    release_audited(service, corrected=1.0)
    service.clock.wait(seconds=5)
    service.context.releases.entries.clear()
    words = " ".join(Tags(lena.get("/equity").text).words.split())
    assert (
        "Missed: no group stands out clearly. The highest figure is 60 of 100 who ended off track, for students from "
        "low-income families. It may be chance." in words
    )
    assert "60 (50–70)" in words
    assert "Is it wrong about students of every group as often? Not enough students." in words
    assert "Beyond chance" not in words


@pytest.mark.parametrize(
    ("small", "large", "says"),
    [
        ((0.3, 1.0), (0.4, 0.01), "Missed most often: students who are learning English, 60 of 100"),
        ((0.3, 1.0), (0.8, 0.01), f"{UNCLEAR} 70 of 100 who ended off track, for students in foster care."),
        ((0.3, 1.0), (0.5, 1.0), f"{UNCLEAR} 70 of 100 who ended off track, for students in foster care."),
        (
            (0.304, 1.0),
            (0.3, 1.0),
            f"{UNCLEAR} 70 of 100 who ended off track, for students in foster care "
            "and students who are learning English.",
        ),
        (
            (0.3, 0.01),
            (0.3, 0.01),
            "Missed most often: students in foster care and students who are learning English, 70 of 100",
        ),
        ((0.3, 1.0), (0.3, 0.01), "Missed most often: students who are learning English, 70 of 100"),
    ],
    ids=[
        "beyond chance comes first",
        "beyond chance, but found more often",
        "nothing beyond chance",
        "a tie by chance",
        "a tie beyond chance",
        "a tie with one that may be chance",
    ],
)
def test_of_groups_that_are_missed_one_that_is_so_beyond_chance_is_named_first(
    small: tuple[float, float], large: tuple[float, float], says: str
) -> None:
    tables = [
        AuditTable(of, crossed=False, groups=(drawn_group("no", 900, 0.6, 1.0), drawn_group("yes", 50, *found)))
        for of, found in (("foster", small), ("english_learner", large))
    ]
    assert worst_words(load_language("en"), tables, WORST[0]).startswith(says)


def drawn_group(name: str, n: int, found: float, corrected: float) -> AuditGroup:
    """A group of which a share of those off track was on the list, and how sure its difference is."""
    return AuditGroup(name, n, 30, 15, {MISSED: Figure(found, 0, 1)}, against={MISSED: Against(corrected)})


def test_the_districts_own_staff_signs_once_and_the_sign_off_stays_under_its_name(service: ExampleService) -> None:
    digest = release_audited(service, corrected=0.01)
    lena, kira = Browser(service, "harbor", "s-lena"), Browser(service, "harbor", "s-kira")
    assert "That is more than chance." in kira.get("/equity").text
    assert "/equity/sign-off" not in kira.get("/equity").text
    form = {"outcome": OUTCOME, "digest": digest, "note": "More tutoring.", "entry": "b" * 32}
    assert kira.send("/equity/sign-off", **form).status_code == 404
    assert lena.send("/equity/sign-off", **{**form, "digest": "0" * 64}).status_code == 422
    for _ in range(2):
        assert lena.send("/equity/sign-off", **form).status_code == 303
    assert len(service.rows(AuditSignOffRow)) == 1
    page = kira.get("/equity").text
    assert "<strong>Lena Petrov</strong>" in page
    assert "November 20, 2026" in page
    assert "More tutoring." in page


def test_a_counselor_does_not_open_it(service: ExampleService) -> None:
    ines = Browser(service, "harbor", "s-ines")
    assert ines.get("/equity").status_code == 404
    assert "/equity" not in ines.get("/").text


def test_of_a_list_made_before_such_were_judged_by_group_the_page_says_when_it_is(service: ExampleService) -> None:
    parts = rule_parts("harbor")
    gate = {**(parts.gate or {}), "verdict": "no_model"}
    release(service, "harbor", replace(parts, metrics={"audit": None}, gate=gate))
    service.clock.wait(seconds=5)
    service.context.releases.entries.clear()
    page = Browser(service, "harbor", "s-lena").get("/equity").text
    assert "The next training judges it" in page
    assert "It fills when" not in page
