"""When nights begin, on which weekday they score, how old data may be, and who is told when one fails."""

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Nightly(BaseModel):
    """The nightly run of every district, and who is told when one fails."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hour: int | None = Field(
        default=None, ge=0, le=23, description="local hour from which the worker begins a night; it begins none without"
    )
    weekday: Weekday = Field(default="monday", description="day from which a week's list is due")
    data_days: int = Field(default=4, ge=1, description="days after the last load from which `/readyz` says so")
    scores_days: int = Field(default=9, ge=1, description="days after the last list from which `/readyz` says so")
    webhook: str = Field(default="", description="https address that is told of failures; ids and codes only")
    mail_to: tuple[str, ...] = Field(default=(), description="mail addresses that are told of failures")
    mail_from: str = Field(default="", description="sender of these mails")
    mail_server: str = Field(default="localhost:25", description="host:port of the mail server")

    @field_validator("webhook")
    @classmethod
    def is_private(cls, webhook: str) -> str:
        """The address; ValueError where others could read along."""
        parts = urlsplit(webhook)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if webhook and not (safe and parts.hostname):
            raise ValueError("expected an address that begins with https://")
        return webhook

    @model_validator(mode="after")
    def has_sender(self) -> Self:
        """The same; ValueError where mails have no sender."""
        if self.mail_to and not self.mail_from:
            raise ValueError("mail_to needs mail_from, the address that mails come from")
        return self
