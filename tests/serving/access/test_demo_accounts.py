"""Who can sign in to the demo: counselors of the middle and of the high school, and somebody of each other role."""

from sqlalchemy import update

from serving.access.demo_accounts import demo_accounts, demo_guests
from serving.store.database import write_session
from serving.store.rows import StaffRow, StudentRow
from tests.serving.browser import Browser, drawn_password
from tests.serving.example_service import NOW, ExampleService


def test_somebody_of_each_role_signs_in_to_the_demo_of_a_district(service: ExampleService) -> None:
    high = [("s-ines@example.org", "counselor"), ("s-kira@example.org", "principal")]
    others = [("s-lena@example.org", "district, data_team"), ("board@harbor.example", "observer")]
    assert people(service) == [*high, *others]
    with write_session(service.engine) as session:
        in_grade_7 = update(StudentRow).where(StudentRow.student_key == "k-chloe").values(grade_level=7)
        session.execute(in_grade_7)
    assert people(service) == [("s-jonas@example.org", "counselor"), *high, *others]


def test_two_people_of_a_demo_are_of_the_data_team_so_that_one_confirms_what_the_other_proposes(
    service: ExampleService,
) -> None:
    with write_session(service.engine) as session:
        session.add(StaffRow(district_id="harbor", staff_id="s-zoe", first_name="Zoe", last_name="Adler",
            email="s-zoe@example.org", role="principal", school_id="south"))  # fmt: skip
    assert people(service)[-2] == ("s-zoe@example.org", "principal, data_team, privacy_officer")


def people(service: ExampleService) -> list[tuple[str, str]]:
    """The addresses and roles of those who can sign in to a district's demo."""
    with write_session(service.engine) as session:
        found = demo_accounts(session, "harbor", NOW, lambda: drawn_password("anybody of the demo"))
        return [(account.email, account.role) for account in found]


def test_the_office_of_a_collaborative_and_a_member_sign_in_with_new_passwords_at_every_start(
    service: ExampleService,
) -> None:
    guests = service.context.settings.guests
    starts = []
    for _ in range(2):
        with service.write_session() as session:
            starts.append(demo_guests(session, guests, ["oak"]))
    assert [(one.district_id, one.role) for one in starts[1]] == [
        ("collaborative", "collaborative_office"), ("oak", "collaborative_member"),
    ]  # fmt: skip
    assert not {one.password for one in starts[0]} & {one.password for one in starts[1]}
    for account in starts[1]:
        form = {"district": account.district_id, "email": account.email, "password": account.password}
        assert Browser(service).post("/sign-in", form).status_code == 303
