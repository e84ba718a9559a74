"""A student at two schools of which one has terms of its own: snapshot, live answer and ledger read the same terms.

Tess is at South all year and at North too from October on: South's calendar counts on a day that both have.
"""

from datetime import date

import pytest

from features.definitions.catalog import OUTCOMES, SERVABLE
from features.engine.view_policies import ViewPolicies
from features.ledger.ledger import build_ledger
from features.snapshots.live_features import snapshot_of_records
from features.snapshots.snapshot import build_snapshot
from features.warehouse.reader import Reader
from serving.scoring.school_calendars import read_calendars
from tests.drawn import canonical, rows_of, told
from tests.spec.test_school_terms import ThisTerm, district

AT_BOTH = """
| student_id | school_id | track | school_year | entry_date |
| tess       | s         | main  | 2026        | 2025-09-01 |
| tess       | n         | main  | 2026        | 2025-10-01 |
"""
ABSENT = """
| student_id | school_id | date       | what it is                        |
| tess       | s         | 2025-09-10 | in South's first quarter          |
| tess       | s         | 2025-10-20 | in its second                     |
| tess       | n         | 2025-10-21 | at North on a day that is South's |
"""
FAILED = """
| student_id | school_id | school_year | term_id | course_id | mark | subject | known_on   | what it is         |
| tess       | s         | 2026        | q1      | alg       | F    | math    | 2025-09-20 | over at South      |
| tess       | n         | 2026        | q1      | bio       | F    | science | 2025-10-15 | goes on at North   |
| tess       | s         | 2026        | q2      | alg       | A    | math    | 2026-01-05 | South's next term  |
| tess       | n         | 2026        | q2      | bio       | F    | science | 2026-02-05 | North's, later     |
"""
AS_OF = date(2025, 10, 24)
NEXT_TERM = OUTCOMES["core_f_next_term_9"]


def at_both(**more: str) -> Reader:
    """The district of Tess."""
    policies = ViewPolicies(has_school_terms=True, has_overlaps=True)
    return district(policies, enrollments=AT_BOTH, attendance=ABSENT, marks=FAILED, **more)


def test_a_live_answer_is_that_of_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """One day missed since South's second quarter began; North's quarter goes on, and an F in it."""
    monkeypatch.setitem(SERVABLE, ThisTerm.name, ThisTerm)
    opened = at_both()
    listed = told(build_snapshot(opened, ThisTerm, AS_OF).features)
    assert listed == rows_of("| student_id | missed | failed |\n| tess | 1 | 1 |")
    kept = sorted(read_calendars(opened, opened.view(AS_OF)), key=lambda one: one.school_id)
    own = [row for other in kept[1:] for row in other.terms if "school_id" in row]
    context = {"calendar_days": [day for one in kept for day in one.calendar_days], "terms": [*kept[0].terms, *own]}
    known = {
        name: [row for row in canonical(name, drawing) if str(row.get("known_on", "")) <= str(AS_OF)]
        for name, drawing in (("enrollments", AT_BOTH), ("attendance", ABSENT), ("marks", FAILED))
    }
    assert told(snapshot_of_records(ThisTerm.name, AS_OF, {**context, **known}).features) == listed


def test_a_flag_is_resolved_by_the_terms_of_the_school_that_counts() -> None:
    """South's next term passed; the F at North came in a term that is later."""
    named = (
        "| student_id | run_id | outcome | as_of | release_id | scorer | capacity | list_position | risk | known_on |"
    )
    flag = f"{named}\n| tess | r | {NEXT_TERM.name} | 2025-09-26 | r1 | model | 9 | 1 | 0.5 | 2025-09-26 |"
    found = build_ledger(at_both(flags=flag), NEXT_TERM, date(2026, 4, 1))
    assert [str(row.resolution) for row in found.flags.itertuples()] == ["did_not"]
