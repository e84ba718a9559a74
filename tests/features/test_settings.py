"""Settings: what an `ontrack.toml` may say, and what is said where it may not."""

from pathlib import Path

import pytest

from features.errors import SettingsRefused
from features.settings_file import load_settings


def refused(folder: Path, text: str) -> str:
    """What a file of this text is refused with."""
    path = folder / "ontrack.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsRefused) as refusal:
        load_settings(path)
    assert refusal.value.exit_code == 2
    assert str(refusal.value).startswith(f"{path}: ")
    return str(refusal.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hom = 'x'", "hom: unknown key; did you mean 'home'?"),
        ("[gate]\ncapcity = 0.1", "gate.capcity: unknown key; did you mean 'capacity'?"),
        ("[servce]\nport = 1", "servce: unknown key; did you mean 'service'?"),
        (
            "[[districts]]\nid = 'a'\nname = 'A'\ntimezon = 'UTC'",
            "districts.0.timezon: unknown key; did you mean 'timezone'?",
        ),
    ],
)
def test_an_unknown_key_is_refused_with_its_nearest_match(tmp_path: Path, text: str, said: str) -> None:
    assert refused(tmp_path, text) == said


def test_an_unknown_key_like_no_other_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    said = refused(tmp_path, "zzzz = 1")
    assert said.startswith("zzzz: unknown key; known keys: ")
    assert "districts" in said


def test_a_key_in_the_wrong_table_is_not_suggested_again(tmp_path: Path) -> None:
    """`port` belongs to `service`; to say "did you mean port" would help nobody."""
    assert "did you mean 'port'" not in refused(tmp_path, "[gate]\nport = 1")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[gate]\ncapacity = 2.0", "gate.capacity: "),
        ("[service]\nport = 'eighty'", "service.port: "),
        ("[[districts]]\nid = 'North High'\nname = 'x'", "districts.0.id: "),
        ("[[districts]]\nid = 'a'", "districts.0.name: "),
        ("log_level = 'loud'", "log_level: "),
    ],
)
def test_a_value_that_cannot_be_is_refused_at_its_place(tmp_path: Path, text: str, place: str) -> None:
    assert refused(tmp_path, text).startswith(place)


def test_two_mistakes_are_both_told(tmp_path: Path) -> None:
    said = refused(tmp_path, "hom = 'x'\n[gate]\ncapacity = 2.0")
    assert "hom: unknown key" in said
    assert "gate.capacity: " in said


def test_what_is_not_toml_is_refused_with_the_line(tmp_path: Path) -> None:
    said = refused(tmp_path, "home = 'x'\ntoday = = 1")
    assert said.startswith("not TOML: ")
    assert "line 2" in said


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match=r"no such file; start from config/ontrack.toml"):
        load_settings(tmp_path / "ontrack.toml")


def test_relative_paths_are_taken_from_the_files_folder(tmp_path: Path) -> None:
    path = tmp_path / "ontrack.toml"
    path.write_text("home = 'state'\n[[districts]]\nid = 'a'\nname = 'A'\nrecords = 'files'\n", encoding="utf-8")
    settings = load_settings(path)
    assert settings.warehouse("a") == tmp_path / "state" / "warehouses" / "a.duckdb"
    assert settings.district("a").records == tmp_path / "files"


def test_an_unknown_district_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "ontrack.toml"
    path.write_text("[[districts]]\nid = 'a'\nname = 'A'\n", encoding="utf-8")
    with pytest.raises(SettingsRefused, match=r"no district 'b' in ontrack.toml; it has: a"):
        load_settings(path).district("b")


def test_the_shipped_settings_are_read() -> None:
    settings = load_settings(Path(__file__).parents[2] / "config" / "ontrack.toml")
    assert [district.id for district in settings.districts] == ["harbor", "mesa"]


@pytest.mark.parametrize(
    "as_of", ["13-01", "02-30", "02-29", "20 November", "week 0", "week 54", "week five", "Week 5"]
)
def test_a_scoring_date_that_is_neither_a_month_day_nor_a_school_week_is_refused(tmp_path: Path, as_of: str) -> None:
    said = refused(tmp_path, f"[training]\nas_of = ['{as_of}']")
    assert said == (
        "training.as_of: expected month-days such as 11-20, which every year has, "
        f"or school weeks such as 'week 5', from 1 to 53; not '{as_of}'"
    )


def test_a_schedule_without_a_date_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "[training]\nas_of = []").startswith("training.as_of")
