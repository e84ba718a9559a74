"""Who can sign in to the demo: counselors of the middle and of the high school, and somebody of each other role."""

from sqlalchemy import update

from serving.access.demo_accounts import demo_accounts
from serving.store.database import write_session
from serving.store.rows import StudentRow
from tests.serving.example_service import NOW, ExampleService


def test_somebody_of_each_role_signs_in_to_the_demo_of_a_district(service: ExampleService) -> None:
    high = [("s-ines@example.org", "counselor"), ("s-kira@example.org", "principal")]
    lead = ("s-lena@example.org", "district, data_team")
    assert people(service) == [*high, lead]
    with write_session(service.engine) as session:
        in_grade_7 = update(StudentRow).where(StudentRow.student_key == "k-chloe").values(grade_level=7)
        session.execute(in_grade_7)
    assert people(service) == [("s-jonas@example.org", "counselor"), *high, lead]


def people(service: ExampleService) -> list[tuple[str, str]]:
    """The addresses and roles of those who can sign in to a district's demo."""
    with write_session(service.engine) as session:
        return [(account.email, account.role) for account in demo_accounts(session, "harbor", NOW)]
