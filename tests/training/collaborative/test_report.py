"""The collaborative's report from files alone: funnels, no ranking, nobody named but who must be asked."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from features.collaborative_settings import Collaborative, Member
from features.errors import SettingsRefused
from features.settings import Settings
from models.collaborative.comparison import compare_evidence, compare_shares
from models.collaborative.files import read_files
from models.collaborative.shared_figures import SharedFigures
from models.collaborative.shared_file import SharedFileRefused, signed_content
from tests.models.collaborative.drawn_figures import OTHER, figures, keys_of
from training.collaborative.write_report import write_report

NINE = tuple(figures(place) for place in range(1, 10))
NAMES = {one.district_id: f"Town & Country {one.district_id[-1]}" for one in NINE}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The office of nine districts, with their public keys."""
    home = tmp_path_factory.mktemp("office")
    members = []
    for name, called in NAMES.items():
        key = home / f"{name}.pub"
        key.write_bytes(keys_of(name).public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        members.append(Member(id=name, name=called, key=key))
    return Settings(home=home, collaborative=Collaborative(name="Nine <b>towns</b>", members=tuple(members)))


def written(folder: Path, *shared: SharedFigures) -> list[Path]:
    """The files of some districts."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{at}.shared.json" for at in range(len(shared))]
    for path, one in zip(paths, shared, strict=True):
        path.write_bytes(signed_content(one, keys_of(one.district_id)))
    return paths


def report(office: Settings, folder: Path, own: str = "", shared: tuple[SharedFigures, ...] = NINE) -> str:
    """The report as HTML."""
    path, districts = write_report(office, written(folder, *shared), NINE[0].made_on, own=own, out=folder / "r.html")
    assert districts == len(shared)
    return path.read_text(encoding="utf-8")


def test_the_offices_report_names_the_district_with_another_meaning_of_a_code_and_no_other(
    office: Settings, tmp_path: Path
) -> None:
    page = report(office, tmp_path)
    named = {name for name, called in NAMES.items() if called.replace("&", "&amp;") in page or name in page}
    assert named == {OTHER}
    assert "attendance.kind=tardy: in Town &amp; Country 5 no one or few have it" in page


def test_a_districts_own_view_shows_itself_beside_the_others_unnamed(office: Settings, tmp_path: Path) -> None:
    page = report(office, tmp_path, own="district02")
    named = {name for name, called in NAMES.items() if called.replace("&", "&amp;") in page or name in page}
    assert named == {"district02"}
    assert page.count('class="dot held"') == len(compare_shares(NINE))
    assert "Your district: " in page
    assert "The 3 other districts that say the same of themselves, together: " in page


def test_each_share_has_a_funnel_with_its_interval_and_is_ordered_by_students(office: Settings, tmp_path: Path) -> None:
    page = report(office, tmp_path)
    for one in compare_shares(NINE):
        chart = re.search(rf"<svg[^>]*funnel-{one.name}-title.*?</svg>", page, re.DOTALL)
        assert chart
        assert chart.group(0).count("<circle") == len(one.shares)
        assert chart.group(0).count("<polyline") == 4
    sizes = [int(size.replace(",", "")) for size in re.findall(r"A district</th><td>([\d,]+)</td>", page)]
    assert sizes[:9] == sorted(sizes[:9], reverse=True)


def test_the_report_fetches_and_runs_nothing_and_escapes_names(office: Settings, tmp_path: Path) -> None:
    page = report(office, tmp_path)
    assert "Nine &lt;b&gt;towns" in page
    assert not re.search(r"<script|<link|src=|url\(", page)


def test_leads_that_no_gate_alone_could_show_are_shown_together(office: Settings, tmp_path: Path) -> None:
    found = compare_evidence(NINE)
    assert found is not None
    assert all(low < 0 < high for _, low, high in found.leads.values())
    assert found.pooled.low > 0
    page = report(office, tmp_path)
    assert "A figure over all is no pass" in page
    assert "not enough evidence" in page


def test_with_fewer_than_three_districts_nothing_is_compared(office: Settings, tmp_path: Path) -> None:
    page = report(office, tmp_path, shared=NINE[:2])
    assert "<svg" not in page


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (NINE[0], "a second file of 'district01'"),
        (replace(NINE[8], school_year=2025), "its school year is 2025, that of most files 2026"),
        (replace(NINE[8], definition="0"), "its definition is 0"),
    ],
)
def test_a_file_that_cannot_stand_beside_the_others_is_refused(
    office: Settings, tmp_path: Path, other: SharedFigures, says: str
) -> None:
    with pytest.raises(SharedFileRefused, match=says):
        read_files(office, written(tmp_path, *NINE[:4], other))


def test_the_view_of_a_district_without_a_file_is_refused(office: Settings, tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="no file is of that district"):
        write_report(office, written(tmp_path, *NINE[:3]), NINE[0].made_on, own="district07")


def test_a_key_that_is_none_is_named(office: Settings, tmp_path: Path) -> None:
    member = office.collaborative.members[0].model_copy(update={"key": tmp_path / "none.pub"})
    spoiled = office.model_copy(update={"collaborative": Collaborative(members=(member,))})
    with pytest.raises(SettingsRefused, match="the key of 'district01'"):
        read_files(spoiled, written(tmp_path, NINE[0]))
