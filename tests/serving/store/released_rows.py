"""Rows of a small district, as earlier releases wrote them: by the revision of their database."""

from datetime import date, datetime
from typing import Any

from serving.access.accounts import sha256
from tests.serving.example_service import TODAY

Rows = dict[str, list[dict[str, Any]]]

AT = datetime(2026, 11, 16, 8, 0)
REASON = {"code": "core_failing_now", "value": 1.0, "contribution": 0.6, "domain": "grades", "concept": "marks_now"}
CORE_FAILING = {
    "name": "core_failing_now", "because": "has an F or no pass now in {:.0f} core courses",
    "one": "has an F now in one", "strength": "", "domain": "grades", "can_change": True, "concept": "marks_now",
}  # fmt: skip
"""How a run of the first release worded a feature."""
SAID_IN_CONFIDENCE = "Ask the clinic about Tuesday"
FIRST: Rows = {
    "districts": [{"name": "Harbor Unified"}],
    "schools": [{"school_id": "north", "name": "North High"}],
    "staff": [
        {
            "staff_id": "s-ines", "first_name": "Ines", "last_name": "Moreno", "email": "ines@example.org",
            "role": "counselor", "school_id": "north", "password_hash": "kept",
        }
    ],
    "students": [
        {
            "student_key": "k-amara", "student_id": "100", "first_name": "Amara", "last_name": "Boateng",
            "grade_level": 9, "school_id": "north",
        }
    ],
    "caseloads": [
        {"staff_id": "s-ines", "student_key": "k-amara", "start_date": date(2026, 8, 17), "end_date": None}
    ],
    "contacts": [
        {"support_id": "1", "student_key": "k-amara", "kind": "contact", "date": TODAY, "staff_id": "s-ines"}
    ],
    "runs": [
        {
            "run_id": "run-1", "outcome": "grade9_off_track_chicago", "ended": "ended grade 9 off track",
            "as_of": date(2026, 11, 16), "created_at": AT, "release_id": "r-1", "scorer": "rule", "verdict": "fail",
            "bundle_digest": "d", "model_version": "v", "feature_set": "grade9", "capacity": 1, "students": 1,
            "data_through": date(2026, 11, 16), "flagged": 1, "unscored": 0, "headline": None, "last_lists": None,
            "dictionary": [CORE_FAILING],
        }
    ],
    "scores": [
        {
            "run_id": "run-1", "student_key": "k-amara", "school_id": "north", "risk": 0.62, "band": "many",
            "list_position": 1, "flagged": True, "reasons": [REASON], "strengths": [], "evidence": {},
            "history": {"attendance": [], "marks": []},
        }
    ],
    "sessions": [
        {"token_digest": sha256("kept"), "staff_id": "s-ines", "created_at": AT, "last_seen_at": AT}
    ],
}  # fmt: skip
WRITTEN = {"staff_id": "s-ines", "created_at": AT}
CONTACT = {
    "student_key": "k-amara", "kind": "call", "party": "family", "day": TODAY, "reached": True, "result": "spoke",
    "next_step": "", "try_again_on": None, "recorded_on": TODAY, "revised_at": AT, "revision": 1, "withdrawn": False,
    **WRITTEN,
}  # fmt: skip
ASKED = {"student_key": "k-amara", "asked_of": "s-ines", "due_on": TODAY, "resolution": "", **WRITTEN}
LAST: Rows = {
    **{name: FIRST[name] for name in ("districts", "schools", "staff", "students", "caseloads")},
    "runs": [{**FIRST["runs"][0], "list_id": "list-1"}],
    "scores": [{**FIRST["scores"][0], "place": 1}],
    "list_counts": [
        {
            "list_id": "list-1", "school_id": school, "run_id": "run-1", "grade": 9, "band": "many", "scored": 1,
            "listed": 1, "placed": 1, "placed_listed": 1, "placed_unscored": 0, "records": [None],
        }
        for school in ("", "north")
    ],
    "list_places": [
        {
            "list_id": "list-1", "place": 1, "student_key": "k-amara", "school_id": "north", "grade": 9,
            "band": "many", "listed": True,
        }
    ],
    "student_records": [{"student_key": "k-amara", "number": 1, "content": "[]"}],
    "record_states": [{"student_key": "k-amara", "number": 1, "digest": -(2**63)}],
    "contacts": [
        {**CONTACT, "contact_id": "c-open", "restricted": False, "next_step": "Bring the form"},
        {**CONTACT, "contact_id": "c-restricted", "restricted": True, "next_step": SAID_IN_CONFIDENCE},
    ],
    "follow_ups": [
        {**ASKED, "follow_up_id": "f-open", "contact_id": "c-open", "task": "Bring the form"},
        {**ASKED, "follow_up_id": "f-restricted", "contact_id": "c-restricted", "task": SAID_IN_CONFIDENCE},
        {**ASKED, "follow_up_id": "f-alone", "contact_id": None, "task": "Look at the schedule"},
    ],
    "meetings": [
        {
            "meeting_id": "m-1", "held_on": date(2026, 11, 20), "school_id": "north", "people": "", "review": "",
            **WRITTEN,
        }
    ],
    "meeting_items": [
        {
            "meeting_id": "m-1", "student_key": "k-amara", "position": 1, "why": "chosen", "meaning": "",
            "decision": "", "owner": "", "revision": 1,
        }
    ],
    "webhook_endpoints": [
        {
            "endpoint_id": "e-1", "url": "https://sis.example/told", "events": ["run.finished"],
            "secrets": [{"secret": "whsec_kept"}], "subject": "program", "created_at": AT,
        }
    ],
    "webhook_messages": [{"message_id": "w-1", "type": "run.finished", "body": "{}", "created_at": AT}],
    "webhook_deliveries": [
        {"endpoint_id": "e-1", "message_id": "w-1", "state": "waiting", "attempts": 2, "next_at": AT, "last_error": ""}
    ],
    "sessions": [{**FIRST["sessions"][0]}],
}  # fmt: skip
RELEASED: dict[str, Rows] = {"0007": FIRST, "0026": LAST}
"""A district's rows as releases wrote them, but for the district."""
