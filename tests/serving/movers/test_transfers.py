"""History goes to the next district by the consent of both: what is written down of it, and what a packet must be."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from features.errors import SettingsRefused
from features.ingest.load.import_steps import ingest
from features.movers.owner_marks import owner_mark, school_elsewhere
from features.movers.packet import Packet
from features.movers_settings import Movers
from features.progress import quietly
from features.settings import District, Settings
from features.settings_file import load_settings
from features.warehouse.file import open_warehouse
from models.bundle.signing import ensure_keys
from serving.movers.movers import MoversReport, bring_history
from serving.movers.packet_file import PacketRefused, read_packet, write_packet
from serving.store.cell_types import JsonRow
from serving.store.rows import AccessRow
from serving.wording.history_origin import history_origin, origin_words
from serving.wording.locale import load_language
from tests.drawn import load, workspace_at, write_files
from tests.serving.example_service import ExampleService

TODAY, NOW = date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)
ALL = ("enrollments", "attendance")
HARBOR = {
    "schools": "| school_id |\n| 10 |",
    "students": "| student_id | state_id |\n| a | 77 |\n| b | 78 |",
    "calendar_days": "| school_id | date | school_year |\n| 10 | 2025-09-01 | 2026 |\n| 10 | 2025-09-02 | 2026 |",
    "enrollments": """
    | student_id | school_year | entry_date | exit_date  |
    | a          | 2026        | 2025-09-01 | 2025-10-01 |
    | b          | 2026        | 2025-09-01 |            |
    """,
    "attendance": "| student_id | date |\n| a | 2025-09-01 |\n| b | 2025-09-01 |",
}
MESA = {
    "schools": "| school_id |\n| 10 |",
    "students": "| student_id | state_id |\n| x | 77 |\n| y | 90 |",
    "calendar_days": "| school_id | date | school_year |\n| 10 | 2025-08-18 | 2026 |",
    "enrollments": "| student_id | school_year | entry_date |\n| x | 2026 | 2025-10-06 |\n| y | 2026 | 2025-08-18 |",
}


def agreeing(home: Path, harbor: Mapping[str, object], mesa: Mapping[str, object]) -> Settings:
    """Both districts, with what each says about movers."""
    said = {"harbor": {"districts": ("mesa",), **harbor}, "mesa": {"districts": ("harbor",), **mesa}}
    districts = tuple(
        District(id=one, name=one.title(), movers=Movers.model_validate(what)) for one, what in said.items()
    )
    return Settings(home=home, districts=districts)


def loaded(home: Path) -> None:
    """Loads the records of both."""
    for district, drawings in (("harbor", HARBOR), ("mesa", MESA)):
        load(home / district, home / "warehouses" / f"{district}.duckdb", drawings, district_id=district)


def brought(service: ExampleService, settings: Settings) -> MoversReport:
    """What comes to Mesa today."""
    return bring_history(settings, service.engine, "mesa", today=TODAY, now=NOW, progress=quietly)


def held(settings: Settings, table: str) -> int:
    """How many rows from elsewhere Mesa holds."""
    with open_warehouse(settings.warehouse("mesa")) as reader:
        name = f"transferred_{table}"
        return len(reader.frame(f"FROM {name}")) if reader.has_table(name) else 0


def own_rows(settings: Settings) -> dict[str, str]:
    """Every row of Mesa's own tables, but for the list of loads."""
    with open_warehouse(settings.warehouse("mesa")) as reader:
        names = ("students", "enrollments", "attendance", "calendar_days", "marks", "schools")
        return {name: reader.frame(f"FROM {name} ORDER BY ALL").to_csv() for name in names}


def test_rows_cross_by_the_consent_of_both_and_go_again_without_it(
    empty_service: ExampleService, tmp_path: Path
) -> None:
    home = tmp_path / "districts"
    loaded(home)
    refusing = [
        agreeing(home, {"sends": ALL}, {}),
        agreeing(home, {}, {"receives": ALL}),
        agreeing(home, {"sends": ALL, "districts": ()}, {"receives": ALL}),
        agreeing(home, {"receives": ALL}, {"sends": ALL}),
    ]
    assert [brought(empty_service, one).came for one in refusing] == [{}, {}, {}, {}]
    both = agreeing(home, {"sends": ALL}, {"receives": ALL})
    assert brought(empty_service, both).came == {"harbor": 1}
    assert (held(both, "enrollments"), held(both, "attendance")) == (1, 1)
    assert brought(empty_service, both).came == {}
    reload_all(home)
    before = own_rows(both)
    assert (held(both, "enrollments"), held(both, "attendance")) == (1, 1)
    less = agreeing(home, {"sends": ALL}, {"receives": ("enrollments",)})
    assert brought(empty_service, less).took_back
    assert (held(both, "enrollments"), held(both, "attendance")) == (1, 0)
    assert brought(empty_service, refusing[1]).took_back
    assert [held(both, one) for one in (*ALL, "calendar_days", "school_terms")] == [0, 0, 0, 0]
    assert own_rows(both) == before
    with empty_service.read_session() as session:
        (row,) = session.scalars(select(AccessRow).where(AccessRow.district_id == "harbor")).all()[:1]
        told = session.scalars(select(AccessRow)).all()
    assert (row.action, row.object, row.reason) == ("transfer", "transfer to mesa: enrollments, attendance", "consent")
    with open_warehouse(both.warehouse("harbor")) as reader:
        keys = reader.current("students").set_index("student_id")["student_key"]
    assert row.students == [keys["a"]]
    assert {one.district_id for one in told} == {"harbor"}
    assert list((home / "movers").rglob("*.json")) == []


def reload_all(home: Path) -> None:
    """Loads a full extract of Mesa that differs: what the files lack is withdrawn."""
    later = {**MESA, "attendance": "| student_id | date |\n| y | 2025-08-18 |"}
    place = write_files(home / "mesa-again", later)
    workspace = workspace_at(home / "warehouses" / "mesa.duckdb", "mesa")
    report = ingest(workspace, place, now=NOW, progress=quietly)
    assert report.load_id


def test_a_packet_that_was_changed_or_is_for_another_is_refused(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path / "keys")
    packet = Packet("harbor", "mesa", "77", {"enrollments": (("~1.2", "main", 2026, None, True),)})
    path = write_packet(tmp_path / "in", packet, keys)
    assert path.stat().st_mode & 0o077 == 0
    assert read_packet(path, "mesa", "harbor", keys.public_key) == packet
    with pytest.raises(PacketRefused, match="not a packet from harbor to cove"):
        read_packet(path, "cove", "harbor", keys.public_key)
    with pytest.raises(PacketRefused, match="changed after harbor signed it"):
        read_packet(path, "mesa", "harbor", ensure_keys(tmp_path / "others").public_key)
    path.write_bytes(path.read_bytes().replace(b'"77"', b'"78"'))
    with pytest.raises(PacketRefused, match="changed after harbor signed it"):
        read_packet(path, "mesa", "harbor", keys.public_key)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ('districts = ["cove"]', "'cove' is no other district here; others: mesa"),
        ('districts = ["mesa"]\nsends = ["marks"]', "expected `enrollments` among them"),
    ],
)
def test_settings_name_districts_that_are_here_and_begin_with_spells(tmp_path: Path, told: str, says: str) -> None:
    file = tmp_path / "ontrack.toml"
    harbor = f'[[districts]]\nid = "harbor"\nname = "H"\n[districts.movers]\n{told}\n'
    file.write_text(harbor + '[[districts]]\nid = "mesa"\nname = "M"\n', encoding="utf-8")
    with pytest.raises(SettingsRefused, match=says):
        load_settings(file)


OLD: JsonRow = {"school_id": "10", "entry_date": "2024-09-02"}
NEW: JsonRow = {"school_id": "10", "entry_date": "2025-10-06"}
ELSEWHERE: JsonRow = {"school_id": school_elsewhere("harbor", "10"), "entry_date": "2025-09-01"}


def test_a_page_says_where_the_history_comes_from_and_names_no_district_that_does_not_let_it(tmp_path: Path) -> None:
    english, spanish = load_language("en"), load_language("es")
    silent = agreeing(tmp_path, {"sends": ALL}, {"receives": ALL})
    named = agreeing(tmp_path, {"sends": ALL, "named": True}, {"receives": ALL})
    apart = Settings(home=tmp_path, districts=(District(id="mesa", name="Mesa"),))
    moved, new, always = (history_origin(rows, 2026) for rows in ([ELSEWHERE, NEW], [NEW], [OLD, NEW]))
    assert owner_mark("harbor") in str(moved)
    said = [origin_words(english, moved, settings, "mesa") for settings in (silent, named)]
    assert said == [
        "Came here on October 6, 2025. Records from before come from another district.",
        "Came here on October 6, 2025. Records from before come from Harbor.",
    ]
    assert "otro distrito" in origin_words(spanish, moved, silent, "mesa")
    assert origin_words(english, new, silent, "mesa") == "New this year. The history starts here."
    assert [origin_words(english, one, where, "mesa") for one, where in ((always, silent), (new, apart))] == ["", ""]
