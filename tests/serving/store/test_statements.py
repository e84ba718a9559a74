"""Statements put together once: the same for other values, another for another form, never with values of others."""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Select, select

from serving.access.authorize import Educator, visible_students
from serving.store.rows import StudentRow
from serving.store.statements import statement
from tests.serving.example_service import TODAY, ExampleService

INES = Educator("harbor", "s-ines", "counselor", "north", TODAY)


@dataclass(frozen=True)
class Filter:
    """A filter: as a whole it decides what is asked."""

    sort: str = "name"


@statement
def select_students(who: Educator, keys: list[str], day: date | None, by: Filter) -> Select[str]:
    """Some students of somebody; the day is there for its form."""
    found = visible_students(who).with_only_columns(StudentRow.student_key).where(StudentRow.student_key.in_(keys))
    return found.order_by(StudentRow.last_name if by.sort == "name" else StudentRow.student_key)


def test_the_same_form_is_the_same_statement_and_another_form_another() -> None:
    first, values = select_students(INES, ["k-amara"], None, Filter())
    others = select_students(replace(INES, staff_id="s-jonas", school_id="south"), ["k-1", "k-2"], None, Filter())
    assert others[0] is first
    assert others[1] != values
    for form in (
        (replace(INES, role="principal"), ["k-amara"], None, Filter()),
        (replace(INES, covers=frozenset({"s-jonas"})), ["k-amara"], None, Filter()),
        (INES, ["k-amara"], TODAY, Filter()),
        (INES, ["k-amara"], None, Filter("key")),
    ):
        assert select_students(*form)[0] is not first


def test_whoever_asks_gets_their_own_students_whoever_asked_before(read_service: ExampleService) -> None:
    people = [
        INES, replace(INES, staff_id="s-jonas"), replace(INES, district_id="mesa"), replace(INES, role="principal"),
        replace(INES, covers=frozenset({"s-jonas"})), replace(INES, role="district"),
    ]  # fmt: skip
    keys = ["k-amara", "k-bruno", "k-chloe", "k-dmitri", "k-emil", "k-farah"]
    with read_service.read_session() as session:
        for who in (*people, *people[::-1]):
            own = {one.student_key for one in session.scalars(visible_students(who))}
            assert set(session.scalars(*select_students(who, keys, None, Filter()))) == own


@given(st.one_of(st.text(), st.integers(), st.dates()), st.booleans() | st.none())
def test_a_value_is_never_kept_in_a_statement(value: str | int | date, form: bool | None) -> None:
    @dataclass(frozen=True)
    class Asker:
        VALUES: ClassVar = ("one",)
        one: str | int | date
        other: bool | None

    @statement
    def select_one(who: Asker) -> Select[str]:
        return select(StudentRow.student_key).where(StudentRow.student_id == who.one)

    found, values = select_one(Asker(value, form))
    assert list(values.values()) == ([] if value == "" else [value])
    assert (value == "") == (not found.compile().params or list(found.compile().params.values()) == [""])
