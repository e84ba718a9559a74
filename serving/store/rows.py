"""The tables of the service database. Ids are unique within a district only, so keys name the district."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKeyConstraint, Index, MetaData, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from serving.store.cell_types import ChangeCell, JsonObject, JsonRow, PackedRows, ReasonList, UtcTime

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(DeclarativeBase):
    """A row of the service database."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a plain class attribute
        datetime: UtcTime,
        JsonRow: JSON,
        JsonObject: JSON,
        list[JsonRow]: JSON,
        list[str]: JSON,
        dict[str, list[str]]: JSON,
        dict[str, list[JsonRow | int]]: JSON,
        dict[str, list[JsonRow]] | str: JSON,
    }


class DistrictRow(Row):
    """A district."""

    __tablename__ = "districts"

    district_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class SchoolRow(Row):
    """A school."""

    __tablename__ = "schools"
    __table_args__ = (ForeignKeyConstraint(["district_id"], ["districts.district_id"]),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    school_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class StaffRow(Row):
    """A person who may sign in once a password has been made for them; `email` is empty where another one has it.

    The district's records know them, unless they were `added` by hand; `ended_at` is since when they may not sign in.
    """

    __tablename__ = "staff"
    __table_args__ = (
        ForeignKeyConstraint(["district_id"], ["districts.district_id"]),
        UniqueConstraint("district_id", "email"),
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(primary_key=True)
    first_name: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str | None]
    role: Mapped[str]
    school_id: Mapped[str | None]
    password_hash: Mapped[str | None]
    added: Mapped[bool | None]
    ended_at: Mapped[datetime | None]


class StudentRow(Row):
    """A student; apart from `staff`, the only table with names."""

    __tablename__ = "students"
    __table_args__ = (
        ForeignKeyConstraint(["district_id"], ["districts.district_id"]),
        Index(None, "district_id", "student_id"),
        Index(None, "district_id", "school_id"),
        Index(None, "district_id", "last_name", "first_name"),
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str] = mapped_column(primary_key=True)
    student_id: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    grade_level: Mapped[int]
    school_id: Mapped[str]


class CaseloadRow(Row):
    """A student on a counselor's caseload."""

    __tablename__ = "caseloads"
    __table_args__ = (
        ForeignKeyConstraint(["district_id"], ["districts.district_id"]),
        Index(None, "district_id", "student_key"),
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str] = mapped_column(primary_key=True)
    start_date: Mapped[date] = mapped_column(primary_key=True)
    end_date: Mapped[date | None]


class RosterSupportRow(Row):
    """A contact or plan as the district's own system has it; what people write here is in `support_rows`."""

    __tablename__ = "roster_supports"
    __table_args__ = (
        ForeignKeyConstraint(["district_id"], ["districts.district_id"]),
        Index(None, "district_id", "student_key"),
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    support_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str]
    kind: Mapped[str]
    date: Mapped[date]
    staff_id: Mapped[str | None]


class RunRow(Row):
    """A scoring run of one outcome; those of one `list_id` made one list together.

    It saw students' records up to `records_number`, by their `record_columns`, and attendance in these `weeks`
    (Mondays) of its `school_year`.
    """

    __tablename__ = "runs"
    __table_args__ = (
        ForeignKeyConstraint(["district_id"], ["districts.district_id"]),
        Index(None, "district_id", "list_id"),
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    ended: Mapped[str]
    as_of: Mapped[date]
    created_at: Mapped[datetime]
    list_seed: Mapped[int | None]
    release_id: Mapped[str]
    scorer: Mapped[str]
    verdict: Mapped[str]
    bundle_digest: Mapped[str]
    model_version: Mapped[str]
    feature_set: Mapped[str]
    capacity: Mapped[int]
    data_through: Mapped[date]
    students: Mapped[int]
    flagged: Mapped[int]
    unscored: Mapped[int]
    headline: Mapped[JsonRow | None]
    last_lists: Mapped[JsonRow | None]
    dictionary: Mapped[list[JsonRow]]
    school_week: Mapped[int | None]
    part: Mapped[str | None]
    not_judged: Mapped[str | None]
    parts: Mapped[list[JsonRow] | None]
    list_id: Mapped[str | None]
    school_year: Mapped[int | None]
    weeks: Mapped[list[str] | None]
    records_number: Mapped[int | None]
    record_columns: Mapped[dict[str, list[str]] | None]


class ScoreRow(Row):
    """One student's score in one run, with its reasons and which records are behind them.

    `list_position` is the place among those with the run's outcome, `flagged` whether the run lists the student.
    `place` is the student's place on the list of all outcomes, and stands in the student's most urgent score alone.
    `kept` says that the student stays listed for having been so before, just below the cut.
    `evidence` has the numbers of the records behind a reason by its code, and `history` the weeks of attendance as a
    text (`serving.store.student_records` reads both); runs of earlier versions have the records themselves there.
    Scores of a run that is not there are drafts of a list that is being written, or was cut off.
    """

    __tablename__ = "scores"
    __table_args__ = (
        Index(None, "district_id", "student_key"),
        Index(
            "ix_scores_listed",
            "district_id",
            "run_id",
            "list_position",
            sqlite_where=text("flagged = 1"),
            postgresql_where=text("flagged"),
        ),
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str] = mapped_column(primary_key=True)
    school_id: Mapped[str]
    risk: Mapped[float | None]
    band: Mapped[str]
    previous_risk: Mapped[float | None]
    previous_band: Mapped[str | None]
    previous_as_of: Mapped[date | None]
    list_position: Mapped[int | None]
    flagged: Mapped[bool]
    list_probability: Mapped[float | None]
    at_random: Mapped[bool | None]
    place: Mapped[int | None]
    kept: Mapped[bool | None]
    reasons: Mapped[list[JsonRow]] = mapped_column(ReasonList)
    strengths: Mapped[list[JsonRow]] = mapped_column(ReasonList)
    way_back: Mapped[JsonObject | None]
    track_record: Mapped[JsonObject | None]
    change: Mapped[JsonObject | None] = mapped_column(ChangeCell)
    similar_students: Mapped[JsonObject | None]
    evidence: Mapped[dict[str, list[JsonRow | int]]]
    history: Mapped[dict[str, list[JsonRow]] | str]


class CalendarRow(Row):
    """A school's calendar as of a run, for live scores."""

    __tablename__ = "calendars"
    __table_args__ = (ForeignKeyConstraint(["district_id", "run_id"], ["runs.district_id", "runs.run_id"]),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(primary_key=True)
    school_id: Mapped[str] = mapped_column(primary_key=True)
    calendar_days: Mapped[list[JsonRow]] = mapped_column(PackedRows)
    terms: Mapped[list[JsonRow]] = mapped_column(PackedRows)


class SessionRow(Row):
    """A session of somebody signed in; the token itself is only in their browser.

    With a `stage` it is not open yet: the password was right, and a code of an app is still to come.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        ForeignKeyConstraint(["district_id", "staff_id"], ["staff.district_id", "staff.staff_id"], ondelete="CASCADE"),
    )

    token_digest: Mapped[str] = mapped_column(primary_key=True)
    district_id: Mapped[str]
    staff_id: Mapped[str]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    stage: Mapped[str | None]


class SignInAttemptRow(Row):
    """An attempt to sign in that did not succeed (yet), by a digest of the account."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index(None, "account_digest", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_digest: Mapped[str]
    at: Mapped[datetime]


class ApiKeyRow(Row):
    """An API key of a district, of all schools where `schools` is empty; the secret is only with its holder."""

    __tablename__ = "api_keys"
    __table_args__ = (ForeignKeyConstraint(["district_id"], ["districts.district_id"]),)

    key_id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    district_id: Mapped[str]
    name: Mapped[str]
    scopes: Mapped[list[str]]
    schools: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AccessRow(Row):
    """Who saw or did what, when, and why they were allowed. Rows are only ever added.

    `digest` is over the row and the digest of the district's row before, so that a missing or
    changed row shows; the constraint keeps two rows from following the same one.
    """

    __tablename__ = "access_log"
    __table_args__ = (UniqueConstraint("district_id", "previous_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[str]
    at: Mapped[datetime]
    subject: Mapped[str]
    action: Mapped[str]
    object: Mapped[str]
    reason: Mapped[str]
    students: Mapped[list[str]]
    previous_digest: Mapped[str]
    digest: Mapped[str]
