"""Figures of a collaborative, drawn: what districts would share of a year, with their keys."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from models.bundle.signing import KeyPair
from models.collaborative.shared_figures import (
    CODE,
    Evidence,
    GroupCounts,
    RiskBand,
    Share,
    SharedFigures,
    WaitBand,
)

TARDY = f"{CODE}attendance.kind=tardy"
ABSENT = f"{CODE}attendance.kind=absent"
OTHER = "district05"
"""The district that means something else by a code."""


@cache
def keys_of(district_id: str) -> KeyPair:
    """The keys of a district."""
    key = generate_private_key(SECP256R1())
    return KeyPair(key, key.public_key())


def figures(place: int = 1, **changed: object) -> SharedFigures:
    """What the district at a place shares: larger ones first, all of one world but for one district's codes."""
    rng = np.random.default_rng(place)
    students = 1600 // place
    off = int(rng.binomial(students, 0.2))
    listed = students * 3 // 20
    found = min(int(off * 0.5), listed - 12)
    enrolled = students * 8
    tardy = {} if f"district{place:02d}" == OTHER else {TARDY: Share(int(rng.binomial(enrolled, 0.38)), enrolled)}
    made = SharedFigures(
        format=1,
        district_id=f"district{place:02d}",
        outcome="grade9_off_track_chicago",
        definition="c0d7e962cb762c1b",
        school_year=2026,
        made_on=date(2026, 11, 20),
        least=11,
        students=students,
        context={"locale": "city" if place % 2 else "rural"},
        shares={
            "on_track": Share(students - off, students),
            "chronic_absence": Share(int(rng.binomial(enrolled, 0.2)), enrolled),
            "found": Share(found, off),
            "right": Share(found, listed),
            ABSENT: Share(int(rng.binomial(enrolled, 0.55)), enrolled),
            **tardy,
        },
        groups={
            "sex": (
                GroupCounts("F", students // 2, off // 2, listed // 2, found // 2),
                GroupCounts("M", students - students // 2, off - off // 2, listed - listed // 2, found - found // 2),
            )
        },
        calibration=(RiskBand(listed, found, round(found / listed, 3)),),
        waits=(WaitBand(0, 28, listed - 11), WaitBand(28, None, 11)),
        evidence=Evidence("not_enough_evidence", students * 3, off * 3, 0.06, -0.03 * place**0.5, 0.12 + 0.02 * place),
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # fields by name, as a test says them
