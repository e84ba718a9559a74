"""What the API takes and gives about contacts and plans."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from serving.api.messages import Day, Message, Text, Yes

EntryId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$", description="the caller's own id of it")]
Words = Annotated[str, Field(max_length=4000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
Kind = Literal["talk", "call", "message", "video", "letter", "visit"]
Party = Literal["student", "family", "staff", "outside"]
Outcome = Literal["met", "partly", "not_met", "moved", "stopped"]


class SentContact(Message):
    """A contact of the caller's own log."""

    id: EntryId
    student_id: Text = Field(description="the district's own id of the student")
    staff_id: Text = Field(description="who made it, by the district's own id")
    kind: Kind
    party: Party = Field(description="with whom")
    day: Day = Field(description="the day it happened; not ahead")
    reached: Yes = Field(description="false where it was only tried")
    result: Words = ""
    next_step: Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    try_again_on: Day | None = Field(default=None, description="where it was only tried; else some weekdays later")
    taken_back: Yes = Field(default=False, description="true for one that was logged by mistake")


class Contact(Message):
    """A contact, without the restricted ones, which no program gets."""

    id: str = Field(description="the caller's own id where it was sent, else the service's")
    sent: bool = Field(description="whether a program sent it")
    student_key: str
    student_id: str
    staff_id: str
    kind: Kind
    party: Party
    day: Day
    reached: bool
    result: str
    next_step: str
    try_again_on: Day | None
    taken_back: bool
    revision: int
    revised_at: datetime


class Contacts(Message):
    """Contacts of the students that the program may see, the last revised last."""

    contacts: list[Contact]
    next: str | None = Field(description="the address of the next ones; null where there are none")


class SentPlan(Message):
    """A plan of the caller's own system."""

    id: EntryId
    student_id: Text = Field(description="the district's own id of the student")
    staff_id: Text = Field(description="who made it, by the district's own id")
    goal: Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
    strategy: Text = Field(description="a way of support that the district offers, by its code")
    champion: Text = Field(description="who sees to it, by the district's own id")
    start_date: Day
    planned_end: Day
    sessions_a_week: Annotated[int, Field(strict=True, ge=0, le=10)]
    outcome: Outcome | None = Field(default=None, description="where it has ended; it counts as ended today")


class Plan(Message):
    """A plan of support."""

    id: str = Field(description="the caller's own id where it was sent, else the service's")
    sent: bool = Field(description="whether a program sent it")
    student_key: str
    student_id: str
    staff_id: str
    goal: str
    strategy: str
    champion: str
    start_date: Day
    planned_end: Day
    sessions_a_week: int
    ended_on: Day | None
    outcome: Outcome | None
    revision: int
    revised_at: datetime


class Plans(Message):
    """Plans of the students that the program may see, the last revised last."""

    plans: list[Plan]
    next: str | None = Field(description="the address of the next ones; null where there are none")
