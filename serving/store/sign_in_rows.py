"""The tables of signing in beyond a password: identities of the district's provider, and second factors."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.rows import Row
from serving.store.support_rows import of_staff


class LinkedIdentityRow(Row):
    """Who somebody is at the district's identity provider, from their first sign-in there on.

    `provisioned` says that the provider brought them: the district's records do not know them.
    """

    __tablename__ = "linked_identities"
    __table_args__ = (of_staff(), UniqueConstraint("district_id", "issuer", "staff_id"))

    district_id: Mapped[str] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str]
    provisioned: Mapped[bool]
    linked_at: Mapped[datetime]


class SecondFactorRow(Row):
    """The secret of a person's authenticator app, sealed; `last_step` is the time step of the last code taken."""

    __tablename__ = "second_factors"
    __table_args__ = (of_staff(),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(primary_key=True)
    sealed_secret: Mapped[str]
    last_step: Mapped[int]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RecoveryCodeRow(Row):
    """A code that takes the place of the app once, as a digest."""

    __tablename__ = "recovery_codes"
    __table_args__ = (of_staff(),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
