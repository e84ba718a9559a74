"""Who somebody is that a district's identity provider vouches for, and the roles that its claims give them."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from features.sign_in_settings import SignIn
from serving.access.openid_connect import Claims, ProviderFailed
from serving.access.people import BY_HAND, NewPerson, add_person
from serving.store.district_scope import enter_district
from serving.store.rows import StaffRow
from serving.store.sign_in_rows import LinkedIdentityRow
from serving.store.support_rows import RoleAssignmentRow


@dataclass(frozen=True)
class VouchedFor:
    """Somebody of a district as its provider vouches for them."""

    district_id: str
    settings: SignIn
    claims: Claims

    @property
    def subject(self) -> str:
        """Who they are at the provider; it does not change where their address does."""
        return str(self.claims["sub"])

    @property
    def known_as(self) -> str:
        """Their address, or the district's id of them, as the claim says it; empty where it cannot be trusted."""
        said = self.claims.get(self.settings.claim)
        if not isinstance(said, str):
            return ""
        verified = self.settings.unverified or self.claims.get("email_verified") in (True, "true")
        if self.settings.match == "email" and not verified:
            return ""
        return said.strip()

    @property
    def roles(self) -> list[str]:
        """The roles that the claims give, in the order of the settings."""
        said = self.claims.get(self.settings.roles_claim) if self.settings.roles_claim else None
        values = [said] if isinstance(said, str) else said if isinstance(said, list) else []
        return list(dict.fromkeys(role for value, role in self.settings.roles.items() if value in values))

    def text(self, claim: str) -> str:
        """A claim as text; empty where it is not one."""
        said = self.claims.get(claim)
        return said.strip()[:100] if isinstance(said, str) else ""


def find_linked_person(session: Session, who: VouchedFor, now: datetime) -> StaffRow:
    """The person, with the roles of their claims; ProviderFailed where the district has nobody who this may be."""
    enter_district(session, who.district_id)
    row = session.get(LinkedIdentityRow, (who.district_id, who.settings.issuer, who.subject))
    row = row or link(session, who, now)
    staff = session.get_one(StaffRow, (who.district_id, row.staff_id))
    if staff.ended_at is not None:
        raise ProviderFailed("access_ended")
    keep_roles(session, row, who, now)
    return staff


def link(session: Session, who: VouchedFor, now: datetime) -> LinkedIdentityRow:
    """Ties the provider's subject to a person, once: nobody else who later has the same address takes their place."""
    staff = known_person(session, who)
    held = LinkedIdentityRow.district_id == who.district_id, LinkedIdentityRow.issuer == who.settings.issuer
    if (
        staff
        and session.scalars(
            select(LinkedIdentityRow).where(*held, LinkedIdentityRow.staff_id == staff.staff_id)
        ).first()
    ):
        raise ProviderFailed("another_identity")
    row = LinkedIdentityRow(
        district_id=who.district_id,
        issuer=who.settings.issuer,
        subject=who.subject,
        staff_id=(staff or provision(session, who)).staff_id,
        provisioned=staff is None,
        linked_at=now,
    )
    session.add(row)
    session.flush()
    return row


def known_person(session: Session, who: VouchedFor) -> StaffRow | None:
    """The person of the district's records, or added by hand, with this address or id."""
    if not who.known_as:
        return None
    if who.settings.match == "staff_id":
        return session.get(StaffRow, (who.district_id, who.known_as))
    same = func.lower(StaffRow.email) == who.known_as.lower()
    return session.scalars(select(StaffRow).where(StaffRow.district_id == who.district_id, same)).first()


def provision(session: Session, who: VouchedFor) -> StaffRow:
    """Somebody whom the records do not know, where their claims give a role that needs no record."""
    if not who.known_as:
        raise ProviderFailed("unknown_person")
    role = role_without_record(who)
    first, last = who.text("given_name") or who.text("name") or "–", who.text("family_name")
    email = who.known_as if who.settings.match == "email" else who.text("email")
    return add_person(session, who.district_id, NewPerson(f"idp-{secrets.token_hex(8)}", first, last, email, role))


def role_without_record(who: VouchedFor) -> str:
    """The first role of the claims that needs no record of the district; ProviderFailed where there is none."""
    for role in who.roles:
        if role in BY_HAND:
            return role
    raise ProviderFailed("no_role")


def keep_roles(session: Session, row: LinkedIdentityRow, who: VouchedFor, now: datetime) -> None:
    """Makes the roles that the provider gave those of its claims today; roles of the records and by hand stay."""
    staff = session.get_one(StaffRow, (row.district_id, row.staff_id))
    if row.provisioned:
        staff.role = role_without_record(who)
    own = RoleAssignmentRow.district_id == row.district_id, RoleAssignmentRow.staff_id == row.staff_id
    session.execute(delete(RoleAssignmentRow).where(*own, RoleAssignmentRow.provider.is_(True)))
    held = set(session.scalars(select(RoleAssignmentRow.role).where(*own, RoleAssignmentRow.school_id == "")))
    for role in who.roles:
        if role not in held and (role, None) != (staff.role, staff.school_id):
            session.add(
                RoleAssignmentRow(
                    district_id=row.district_id, staff_id=row.staff_id, role=role, school_id="", given_at=now,
                    provider=True,
                )
            )  # fmt: skip
    session.flush()
