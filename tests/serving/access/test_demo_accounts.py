"""Who can sign in to the demo: of each district a counselor of the middle and of the high school, and the data lead."""

from sqlalchemy import update

from serving.access.demo_accounts import demo_accounts
from serving.store.database import write_session
from serving.store.rows import StudentRow
from tests.serving.example_service import ExampleService


def test_the_longest_list_of_each_school_level_has_its_counselor(service: ExampleService) -> None:
    assert people(service) == ["s-ines@example.org", "s-lena@example.org"]
    with write_session(service.engine) as session:
        in_grade_7 = update(StudentRow).where(StudentRow.student_key == "k-chloe").values(grade_level=7)
        session.execute(in_grade_7)
    assert people(service) == ["s-jonas@example.org", "s-ines@example.org", "s-lena@example.org"]


def people(service: ExampleService) -> list[str]:
    """The addresses of those who can sign in to a district's demo."""
    with write_session(service.engine) as session:
        return [account.email for account in demo_accounts(session, "harbor")]
