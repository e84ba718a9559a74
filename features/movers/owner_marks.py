"""Ids of another district's schools, courses and incidents as the receiver keeps them: marked, and not told by name."""

from hashlib import sha256

from features.table_schema import ELSEWHERE

DIGITS = 8


def owner_mark(district_id: str) -> str:
    """What the ids of a district's schools begin with elsewhere; whoever knows the district's id can tell it is its."""
    return f"{ELSEWHERE}{sha256(district_id.encode()).hexdigest()[:DIGITS]}"


def school_elsewhere(district_id: str, school_id: str) -> str:
    """What a school of another district is called here."""
    return f"{owner_mark(district_id)}.{sha256(f'{district_id}/{school_id}'.encode()).hexdigest()[:DIGITS]}"
