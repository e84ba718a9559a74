"""Plans, notes, answers, data problems and My week: what is put forward, what is due, and what clears it."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from features.support_settings import Strategy
from serving.access.permissions import PermissionRefused, give_permission, take_permission
from serving.pages.plan_view import dose_words
from serving.scoring.run_writer import write_run
from serving.store.support_rows import NoteRow, PlanRow, RevisionRow
from serving.support.plans import Dose, Plan, dose_of
from serving.wording.locale import load_language
from serving.wording.support import strategy_words
from tests.serving.access.test_authorize import rows
from tests.serving.browser import Browser, Tags
from tests.serving.example_service import NOW, TODAY, ExampleService, run_of
from tests.serving.pages.example_entries import CONTACT, PLAN, STUDENT, permit

PLAN_ID, NOTE_ID = "b" * 32, "c" * 32


def words_of(html: str) -> str:
    """The words of a page, on one line."""
    return re.sub(r"\s+([.,:]?)", r" \1", Tags(html.replace("<", " <")).words).replace(" ,", ",").replace(" :", ":")


def ines_of(service: ExampleService) -> Browser:
    return Browser(service, "harbor", "s-ines")


def newly_listed(service: ExampleService) -> None:
    """Next week's list, on which Amara was not before."""
    earlier, later = run_of("harbor", TODAY - timedelta(days=3)), run_of("harbor", TODAY - timedelta(days=1))
    nobody = earlier.scores.assign(flagged=False)
    with service.write_session() as session:
        session.connection().exec_driver_sql("DELETE FROM calendars")
        session.connection().exec_driver_sql("DELETE FROM scores")
        session.connection().exec_driver_sql("DELETE FROM runs")
        write_run(session, replace(earlier, scores=nobody))
        write_run(session, later)


def section(html: str, name: str) -> str:
    """The words of a section of My week."""
    found = re.search(rf'<section aria-labelledby="{name}"[^>]*>(.*?)</section>', html, re.DOTALL)
    return words_of(found.group(1)) if found else ""


def test_who_is_new_on_the_list_is_put_forward_until_a_contact_is_logged(service: ExampleService) -> None:
    newly_listed(service)
    ines = ines_of(service)
    assert "Boateng, Amara" in section(ines.get("/").text, "reach")
    card = re.compile(r'class="week-name" href="([^?]+)\?.*?<span class="tag">(New on the list[^<]*)</span>', re.DOTALL)
    tags = card.findall(ines.get("/").text)
    for student, tag in tags:
        assert f"{tag}." in words_of(ines.get(student).text), "the student's page says what My week says"
    assert STUDENT in dict(tags)
    answer = ines.send(f"{STUDENT}/contacts", **CONTACT, back="week")
    assert answer.headers["location"] == "/?done=contact"
    page = ines.get("/").text
    assert "Boateng" not in section(page, "reach")
    assert "Castellanos, Bruno" in section(page, "reach")


def test_one_only_tried_is_due_again_on_the_day_said(service: ExampleService) -> None:
    newly_listed(service)
    ines = ines_of(service)
    long_ago = {**CONTACT, "reached": "no", "day": "2026-11-02", "entry": "c" * 32}
    ines.send("/students/k-bruno/contacts", **long_ago, try_again_on="2026-12-01")
    tried = "Tried, not reached Nov 2, 2026 · Try again on Dec 1, 2026"
    assert tried in section(ines.get("/").text, "reach"), "not: no contact on record"
    ines.send(f"{STUDENT}/contacts", **{**CONTACT, "reached": "no"}, try_again_on=f"{TODAY}")
    page = ines.get("/").text
    assert "Try again Boateng, Amara" in section(page, "due")
    assert "Boateng" not in section(page, "reach"), "said once"
    ines.send(f"{STUDENT}/contacts", **{**CONTACT, "reached": "no"}, try_again_on="2026-11-25")
    page = ines.get("/").text
    assert "Tried, not reached Nov 20, 2026 · Try again on Nov 25, 2026" in section(page, "reach"), "the to-do stays"
    assert "Boateng" not in section(page, "due")


def test_who_has_a_plan_or_is_put_off_is_not_put_forward(service: ExampleService) -> None:
    newly_listed(service)
    ines = ines_of(service)
    ines.send(f"{STUDENT}/plans", **PLAN)
    ines.send("/students/k-bruno/snooze", reason="Excused", until="2026-12-01", entry=NOTE_ID)
    page = ines.get("/").text
    assert "Nobody is new on your list" in section(page, "reach")
    assert "1 student on the list has a plan" in words_of(page)
    assert "Castellanos, Bruno until Dec 1, 2026: Excused" in section(page, "snoozed")
    assert "Castellanos" in section(Browser(service, "harbor", "s-kira").get("/").text, "reach")
    ines.send(f"/students/k-bruno/snooze/{NOTE_ID}/end")
    assert "Castellanos" in section(ines.get("/").text, "reach")


def test_listed_for_weeks_and_never_met_is_said(service: ExampleService) -> None:
    with service.write_session() as session:
        for days in (-30, 7):
            write_run(session, run_of("harbor", TODAY + timedelta(days=days)))
    ines = ines_of(service)
    page = ines.get("/").text
    assert "Castellanos, Bruno" in section(page, "unmet")
    assert "Boateng" not in section(page, "unmet"), "met on Nov 6"
    ines.send("/students/k-bruno/contacts", **{**CONTACT, "reached": "no"})
    assert "Tried, not reached Nov 20, 2026 · Try again on Nov 25, 2026" in section(ines.get("/").text, "unmet")


def test_who_has_the_most_signals_and_was_met_by_nobody_this_year_is_put_forward(service: ExampleService) -> None:
    lists = [run_of("harbor", TODAY - timedelta(days=days)) for days in (8, 1)]
    with service.write_session() as session:
        for table in ("calendars", "scores", "runs"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")
        for one in lists:
            write_run(session, replace(one, scores=one.scores.assign(band="many", flagged=True)))
        session.connection().exec_driver_sql("DELETE FROM roster_supports")
    ines = ines_of(service)
    names = ["Castellanos, Bruno", "Boateng, Amara"]
    page = ines.get("/").text
    assert [name in section(page, "most") for name in names] == [True, True]
    assert "Nobody is new on your list" in section(page, "reach")
    ines.send(f"{STUDENT}/contacts", **{**CONTACT, "day": "2026-05-01"})
    ines.send("/students/k-bruno/contacts", **{**CONTACT, "day": "2026-09-01"})
    page = ines.get("/").text
    assert [name in section(page, "most") for name in names] == [False, True], "May was another school year"
    assert section(page, "most").count("Log a contact") <= 3


@pytest.mark.parametrize(("days", "rises"), [(13, False), (14, True)])
def test_a_follow_up_that_nobody_did_rises_to_the_principal_after_the_declared_silence(
    service: ExampleService, days: int, rises: bool
) -> None:
    ines = ines_of(service)
    ines.send(f"{STUDENT}/contacts", **CONTACT, next_step="Ask for the bus", due_on=f"{TODAY}", asked_of="s-ines")
    assert "Ask for the bus" in section(ines.get("/").text, "due")
    settings = service.context.settings.model_copy(update={"today": TODAY + timedelta(days=days)})
    later = replace(service.context, settings=settings)
    service.app.state.context = later
    due = section(Browser(service, "harbor", "s-kira").get("/").text, "due")
    assert ("Ask for the bus" in due) == rises
    (done,) = re.findall(r'action="([^"]+/done)"', ines.get("/").text)
    assert ines.send(done, back="week").headers["location"] == "/?done=follow_up"
    assert "Ask for the bus" not in words_of(ines.get("/").text)


def plan(sessions: int, *, weeks: int = 6) -> Plan:
    start = date(2026, 11, 2)
    return Plan("goal", "check-in", "s-ines", start, start + timedelta(weeks=weeks), sessions)


@pytest.mark.parametrize(("sessions", "entered", "today", "dose"), [
    (2, "", "2026-11-01", (0, 0, 0, 0)),
    (2, "", "2026-11-08", (2, 0, 0, 2)),
    (2, "held held missed", "2026-11-15", (4, 2, 1, 1)),
    (1, "held held held", "2026-11-08", (1, 3, 0, 0)),
    (1, "held", "2027-03-01", (6, 1, 0, 5)),
    (0, "held", "2026-11-15", (0, 1, 0, 0)),
])  # fmt: skip
def test_a_dose_counts_what_was_planned_held_and_not_held_and_what_nobody_entered_is_apart(
    sessions: int, entered: str, today: str, dose: tuple[int, int, int, int]
) -> None:
    days = [(date(2026, 11, 2) + timedelta(days=i), word == "held") for i, word in enumerate(entered.split())]
    found = dose_of(plan(sessions), days, date.fromisoformat(today))
    assert (found.planned, found.held, found.missed, found.unknown) == dose
    assert found == Dose(*dose[:3])


def test_of_a_plan_that_began_today_it_is_said_that_no_session_was_due() -> None:
    english = load_language("en")
    assert dose_words(english, Dose(0, 0, 0)) == ("No session was due yet.",)
    assert dose_words(english, Dose(0, 1, 0)) == ("No session was due yet.", "1 was held.")


def test_a_plan_is_begun_entered_and_ended_with_an_outcome(service: ExampleService) -> None:
    ines = ines_of(service)
    ines.send(f"{STUDENT}/plans", **PLAN, entry=PLAN_ID)
    page = f"{STUDENT}/plans/{PLAN_ID}"
    assert "0 of 5 planned sessions held so far. 5 are not entered, and do not count as missed." in words_of(
        ines.get(page).text
    )
    ines.send(f"{page}/sessions", day="2026-11-05", held="no")
    ines.send(f"{page}/sessions", day="2026-11-05", held="yes")
    assert "1 of 5 planned sessions held so far. 4 are not entered" in words_of(ines.get(STUDENT).text)
    assert ines.send(f"{page}/sessions", day="2026-10-01", held="yes").status_code == 422
    assert ines.send(f"{page}/end", outcome="").status_code == 422
    assert ines.send(f"{page}/end", outcome="met").status_code == 303
    assert "ended Nov 20, 2026: The goal was reached" in words_of(ines.get(STUDENT).text)
    assert ines.send(f"{page}/sessions", day="2026-11-06", held="yes").status_code == 422


def test_two_people_who_edit_one_plan_see_both_versions_and_what_it_said_is_kept(service: ExampleService) -> None:
    ines, kira = ines_of(service), Browser(service, "harbor", "s-kira")
    ines.send(f"{STUDENT}/plans", **PLAN, entry=PLAN_ID)
    page = f"{STUDENT}/plans/{PLAN_ID}"
    hers = {**PLAN, "goal": "Her version", "sessions_a_week": "3"}
    assert kira.send(page, **hers, revision="1").status_code == 303
    mine = {**PLAN, "goal": "My version", "weeks": "9"}
    refused = ines.send(page, **mine, revision="1")
    assert refused.status_code == 409
    words = words_of(refused.text)
    fields = {
        name: " | ".join(" ".join(words_of(said).split()) for said in (now, own))
        for name, now, own in re.findall(r'rowheader">([^<]+)</th><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>', refused.text)
    }
    assert fields == {
        "Goal": "Her version changed by Kira Olufsen | My version changed by you",
        "Way of support": "A daily check-in with one adult | –",
        "Champion": "Ines Moreno | –",
        "From": "November 2, 2026 | –",
        "Weeks": "6 | 9 changed by you",
        "Sessions a week": "3 changed by Kira Olufsen | –",
    }
    assert "Her version" in words
    assert 'value="My version"' in refused.text
    assert 'name="revision" value="2"' in refused.text
    shown = {
        name: re.search(rf'name="{name}"[^>]*value="(\w*)"', refused.text) for name in ("weeks", "sessions_a_week")
    }
    assert {name: found and found[1] for name, found in shown.items()} == {"weeks": "9", "sessions_a_week": "3"}
    assert ines.send(page, **{**mine, "sessions_a_week": "3"}, revision="2").status_code == 303
    (stored,) = (row for row in service.rows(PlanRow) if isinstance(row, PlanRow))
    assert stored.sessions_a_week == 3, "what she changed and I did not stays"
    kept = [row.content["goal"] for row in service.rows(RevisionRow) if isinstance(row, RevisionRow)]
    assert (stored.goal, sorted(map(str, kept))) == ("My version", sorted(["Her version", PLAN["goal"]]))


def test_a_restricted_note_is_written_by_permission_and_each_reading_is_logged(service: ExampleService) -> None:
    ines, note = ines_of(service), {"body": "Private words", "restricted": "yes", "entry": NOTE_ID}
    assert 'name="restricted"' not in ines.get(f"{STUDENT}/notes/new").text
    permit(service, "harbor", "s-ines")
    assert 'name="restricted"' in ines.get(f"{STUDENT}/notes/new").text
    ines.send(f"{STUDENT}/notes", **note)
    assert "Private words" not in ines.get(STUDENT).text
    assert "Private words" in ines.get(f"{STUDENT}/restricted/{NOTE_ID}").text
    assert (rows(service)[-1].action, rows(service)[-1].object) == ("see_restricted", "restricted note")
    with service.write_session() as session:
        take_permission(session, "harbor", "s-ines", "restricted_notes")
    assert ines.get(f"{STUDENT}/restricted/{NOTE_ID}").status_code == 404


def test_who_has_no_permission_writes_no_restricted_note_whatever_the_form_says(service: ExampleService) -> None:
    ines_of(service).send(f"{STUDENT}/notes", body="Words", restricted="yes")
    assert [row.restricted for row in service.rows(NoteRow) if isinstance(row, NoteRow)] == [False]


def test_permissions_are_for_people_and_permissions_that_exist(service: ExampleService) -> None:
    with service.write_session() as session:
        with pytest.raises(PermissionRefused, match="no staff 's-nobody'"):
            give_permission(session, "harbor", "s-nobody", "restricted_notes", NOW)
        with pytest.raises(PermissionRefused, match="unknown permission everything"):
            give_permission(session, "harbor", "s-ines", "everything", NOW)


@pytest.mark.parametrize(("strategy", "given", "sessions"), [
    ("check-in", "", 5), ("mentor", "", 1), ("check-in", "2", 2), ("mentor", "0", 0),
])  # fmt: skip
def test_a_daily_way_of_support_has_a_session_each_day_where_nothing_else_is_said(
    service: ExampleService, strategy: str, given: str, sessions: int
) -> None:
    ines = ines_of(service)
    form = {**PLAN, "strategy": strategy, "sessions_a_week": given}
    assert ines.send(f"{STUDENT}/plans", **form).status_code == 303
    (plan,) = (row for row in service.rows(PlanRow) if isinstance(row, PlanRow))
    assert plan.sessions_a_week == sessions


def test_a_draft_is_its_authors_alone_until_it_is_a_note(service: ExampleService) -> None:
    ines, kira = ines_of(service), Browser(service, "harbor", "s-kira")
    ines.send(f"{STUDENT}/notes", body="Half a thought", draft="yes", entry=NOTE_ID)
    assert "Half a thought" in ines.get(STUDENT).text
    assert "Half a thought" not in kira.get(STUDENT).text
    ines.send(f"{STUDENT}/notes/{NOTE_ID}", body="A whole thought", revision="1")
    assert "A whole thought" in kira.get(STUDENT).text
    assert service.rows(RevisionRow) == []


def test_a_district_names_its_own_ways_of_support_and_else_there_are_six() -> None:
    own = (Strategy(code="bus", name="An earlier bus", spanish="Un autobús más temprano"), Strategy(code="x", name="X"))
    said = [strategy_words(load_language(code), own) for code in ("en", "es")]
    assert said == [{"bus": "An earlier bus", "x": "X"}, {"bus": "Un autobús más temprano", "x": "X"}]
    assert len(strategy_words(load_language("es"), ())) == 6
