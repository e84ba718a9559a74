"""How people of a district sign in: at its identity provider, in `[districts.sign_in]`, or with a password."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
ClaimedRole = Literal["counselor", "district", "data_team", "privacy_officer", "observer", "records_clerk"]
"""Roles that a claim may give. A principal is one of a school, which the district's records say."""
SecondFactor = Literal[
    "counselor", "principal", "district", "data_team", "privacy_officer", "observer", "records_clerk",
    "administration", "restricted_notes",
]  # fmt: skip
"""Roles and permissions with which a password alone may not be enough."""


def private_address(address: str) -> str:
    """The address; ValueError where others could read along, or change what is said."""
    parts = urlsplit(address)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if address and not (safe and parts.hostname):
        raise ValueError("expected an address that begins with https://")
    return address


class SignIn(BaseModel):
    """The district's identity provider (OpenID Connect). Its client secret is in the environment, not here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Annotated[str, AfterValidator(private_address)] = Field(
        default="", description="the provider's issuer, as its discovery document says it; empty for passwords alone"
    )
    client_id: str = Field(default="", description="the id that the provider knows OnTrack by")
    name: str = Field(default="", max_length=60, description="what people call the provider; empty for its host name")
    scopes: tuple[str, ...] = Field(default=("openid", "email", "profile"), description="what is asked for there")
    match: Literal["email", "staff_id"] = Field(
        default="email", description="what the claim holds: a person's address or id, as in the district's records"
    )
    claim: str = Field(default="email", description="the claim that says who somebody is")
    unverified: bool = Field(
        default=False,
        description="whether an address that the provider does not call verified counts: where the district gives all",
    )
    roles_claim: str = Field(default="", description="the claim that gives roles; empty for those of the records alone")
    roles: dict[str, ClaimedRole] = Field(default={}, description="value of that claim = the role that it gives")
    passwords: bool = Field(default=True, description="whether passwords of OnTrack's own are still taken")

    @model_validator(mode="after")
    def is_whole(self) -> Self:
        """The same; ValueError where a part is missing without which nobody could sign in."""
        if self.issuer and not self.client_id:
            raise ValueError("issuer needs client_id, which the provider gives")
        if not self.issuer and not self.passwords:
            raise ValueError("passwords = false needs an issuer: else nobody could sign in")
        if self.issuer and "openid" not in self.scopes:
            raise ValueError("scopes needs openid")
        if bool(self.roles) != bool(self.roles_claim):
            raise ValueError("roles and roles_claim go together")
        return self

    @property
    def shown_name(self) -> str:
        """What people call the provider."""
        return self.name or str(urlsplit(self.issuer).hostname)
