"""The students of a list by school, grade and run: counted once for all that stands above the list, and kept.

A counselor's are a few hundred, each looked up in two tables. While the list and the students are the same, so are the
counts: they are kept by list and by whom the counselor sees, which is asked each time. Nothing of one student is kept.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

MOST_KEPT = 2_000
"""Counselors and lists whose counts are kept, those that were counted last: a few hundred bytes each."""


@dataclass(frozen=True)
class StudentGroup:
    """The subject's students of a school, grade and run: how many, how many listed, and how many without a risk.

    Too little is on record yet of those without a risk.
    """

    school_id: str
    grade: int
    run_id: str
    students: int
    listed: int
    too_little: int


Groups = tuple[StudentGroup, ...]


class GroupCache:
    """The counts of counselors' students."""

    def __init__(self) -> None:
        self.kept: dict[Hashable, Groups] = {}
        self.lock = Lock()

    def of(self, key: Hashable, count: Callable[[], Groups]) -> Groups:
        """The counts of a key, counted where they are not known yet."""
        found = self.kept.get(key)
        if found is None:
            found = count()
            with self.lock:
                self.kept[key] = found
                if len(self.kept) > MOST_KEPT:
                    del self.kept[next(iter(self.kept))]
        return found
