"""A newcomer's first two commands: what is simulated up to a day is known on that day, and clean."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner

import ontrack
from features.ingest.load.load_report import LoadReport
from features.settings import District, Settings
from features.terminal import local_date, today_everywhere

LATER = "today = 2027-09-07"
"""A day soon after school began, when half of what is known is new."""


def printed(config: Path, *arguments: str) -> str:
    """What a command prints as JSON."""
    done = CliRunner().invoke(ontrack.app, ["--config", str(config), *arguments, "--json"])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("clock", ["", LATER], ids=["today", "a later day"])
def test_every_simulated_row_is_taken_and_no_spells_overlap(clock: str, tmp_path: Path) -> None:
    config = tmp_path / "ontrack.toml"
    lines = ('home = "home"', clock, "[[districts]]", 'id = "harbor"', 'name = "Harbor"', 'records = "records"')
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    simulate = ("simulate", str(tmp_path / "records"), "--students", "1000", "--years", "2")
    written = TypeAdapter(dict[str, int]).validate_json(printed(config, *simulate))
    report = TypeAdapter(LoadReport).validate_json(printed(config, "ingest", "--district", "harbor"))
    assert report.quarantine == ()
    assert [note.code for note in report.notes] == ["NOTE02"]
    assert report.rows_written == sum(written.values())


def test_records_are_simulated_up_to_the_day_that_every_district_has_reached() -> None:
    """At three in the morning of Greenwich it is still the day before in California."""
    night = datetime(2026, 11, 29, 3, tzinfo=UTC)
    zones = ("Pacific/Kiritimati", "Pacific/Pago_Pago")
    districts = tuple(District(id=f"d{place}", name="D", timezone=zone) for place, zone in enumerate(zones))
    assert [local_date(night, zone) for zone in zones] == [date(2026, 11, 29), date(2026, 11, 28)]
    assert today_everywhere(Settings(), night) == date(2026, 11, 28)
    assert today_everywhere(Settings(districts=districts), night) == date(2026, 11, 28)
    assert today_everywhere(Settings(districts=districts[:1]), night) == date(2026, 11, 29)
    assert today_everywhere(Settings(today=date(2026, 1, 2)), night) == date(2026, 1, 2)
