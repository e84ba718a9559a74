"""A copy of the demo to take pictures of, with people signed in; what is written there stays in the copy."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Literal

from fastapi import FastAPI

from features.settings import Settings
from features.settings_file import load_settings
from serving.access.accounts import open_session
from serving.access.demo_accounts import HIGH_GRADES, busiest_counselor, data_lead, two_principals
from serving.access.role_assignments import choose_role, roles_of
from serving.app import create_app
from serving.pages.current_user import form_secret, masked
from serving.store.database import engine_of, write_session
from serving.store.rows import StaffRow

DISTRICT = "harbor"
Person = Literal["counselor", "principal", "district"]


@dataclass(frozen=True)
class DemoCopy:
    """The service of the demo on a database of its own, on its day; who is shown, each with a session."""

    app: FastAPI
    today: date
    staff: Mapping[Person, str]
    tokens: Mapping[Person, str]

    def form(self, who: Person, **fields: str) -> dict[str, str]:
        """The fields of a form as the pages of this person's session make it."""
        return {"token": masked(form_secret(self.tokens[who])), **fields}


def demo_copy(config: Path, folder: Path) -> DemoCopy:
    """The demo of a configuration with its database copied into a folder; SystemExit where the demo was not made."""
    settings = load_settings(config)
    there = settings.home / "service.db"
    if not there.exists():
        raise SystemExit(f"no demo in {settings.home}: run `make demo` once, and stop it")
    with closing(sqlite3.connect(there)) as source, closing(sqlite3.connect(folder / "service.db")) as copy:
        source.backup(copy)
    service = settings.service.model_copy(update={"database": f"sqlite:///{folder / 'service.db'}"})
    own = settings.model_copy(update={"service": service, "log_level": "error"})
    today = settings.today or date.today()
    now = datetime.combine(today, time(17), tzinfo=UTC)
    app = create_app(own, lambda: now)
    staff, tokens = sign_in(own, now)
    return DemoCopy(app, today, staff, tokens)


def sign_in(settings: Settings, now: datetime) -> tuple[Mapping[Person, str], Mapping[Person, str]]:
    """The high school's counselor, their principal and the district's data lead: staff ids, and sessions."""
    with write_session(engine_of(settings), DISTRICT) as session:
        counselor = busiest_counselor(session, DISTRICT, HIGH_GRADES)
        principal, _ = two_principals(session, DISTRICT, counselor)
        found: dict[Person, StaffRow | None] = {
            "counselor": counselor, "principal": principal, "district": data_lead(session, DISTRICT),
        }  # fmt: skip
        there = {who: one for who, one in found.items() if one is not None}
        for one in there.values():
            choose_role(session, one, roles_of(session, one)[0], now)
        tokens = {who: open_session(session, DISTRICT, one.staff_id, now) for who, one in there.items()}
        return {who: one.staff_id for who, one in there.items()}, tokens
