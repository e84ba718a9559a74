"""From a folder of CSV files to a counselor's page, each step as its user takes it."""

import json
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page

from models.bundle.manifest import folder_name
from tests.chromium import Windows
from tests.journeys.conftest import Installation

pytestmark = pytest.mark.browser


def password_of(installation: Installation, district: str, staff_id: str) -> str:
    return installation.run_here("users", "password", "--district", district, staff_id).strip()


def counselor_of(installation: Installation, district: str) -> tuple[str, str]:
    """The staff id and e-mail address of the district's first high-school counselor."""
    records = installation.home / "records" / district
    high = {row[0] for row in cells(records / "schools.csv") if row[2] == "high"}
    staff = next(row for row in cells(records / "staff.csv") if row[4] == "counselor" and row[5] in high)
    return staff[0], staff[3]


def cells(path: Path) -> list[list[str]]:
    return [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()[1:]]


def signed_in(page: Page, address: str, district: str, email: str, password: str) -> None:
    page.goto(address)
    page.select_option("[name=district]", district)
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.click("button[type=submit]")
    page.click("nav a[href='/caseload']")


@pytest.mark.parametrize(("district", "scorer"), [("harbor", "model"), ("mesa", "published rule")])
def test_a_counselor_reaches_reasons_and_the_records_behind_them(
    scored: Installation, address: str, windows: Windows, district: str, scorer: str
) -> None:
    """In the district that earned a model and in the one served by the rule, without JavaScript."""
    staff_id, email = counselor_of(scored, district)
    page = windows.empty(script=False)
    signed_in(page, address, district, email, password_of(scored, district, staff_id))
    page.locator(".facts summary").first.click()
    assert scorer in page.locator(".facts details").first.inner_text()
    page.locator("main a[href*='/students/']").first.click()
    text = page.inner_text("main")
    assert "What stands out" in text
    assert page.locator("main table").count() >= 2
    assert page.locator("main svg").count() >= 2
    assert "students with similar records" in text.lower()


def serving_bundle(scored: Installation, district: str) -> Path:
    """The folder of the bundle that serves."""
    (current,) = scored.home.glob(f"releases/{district}/*/*/current.json")
    return scored.home / "bundles" / folder_name(json.loads(current.read_bytes())["digest"])


def test_what_serves_is_what_the_gate_allowed(scored: Installation) -> None:
    verdicts = {}
    for district in ("harbor", "mesa"):
        bundle = serving_bundle(scored, district)
        verdict = json.loads((bundle / "gate.json").read_bytes())["verdict"]
        verdicts[district] = (verdict, (bundle / "rule.json").exists())
    assert verdicts == {"harbor": ("pass", False), "mesa": ("not_enough_evidence", True)}


def test_a_model_that_did_not_pass_is_not_promoted(scored: Installation) -> None:
    """The small district's model lies beside its rule, signed with a verdict that is not a pass."""
    gates = {path.parent: json.loads(path.read_bytes()) for path in scored.home.glob("bundles/*/gate.json")}
    (refused,) = (
        bundle
        for bundle, gate in gates.items()
        if gate["district_id"] == "mesa" and gate["verdict"] != "pass" and not (bundle / "rule.json").exists()
    )
    said = scored.refused_here("promote", "--district", "mesa", str(refused), "--approved-by", "Ana", code=4)
    assert "not enough evidence" in said.replace("_", " ")


def test_scores_come_back_through_the_api(scored: Installation, address: str, windows: Windows) -> None:
    staff_id, email = counselor_of(scored, "harbor")
    page = windows.empty()
    signed_in(page, address, "harbor", email, password_of(scored, "harbor", staff_id))
    href = page.locator("main a[href*='/students/']").first.get_attribute("href")
    assert href
    key = scored.run_here("keys", "create", "--district", "harbor", "journey").strip()
    mine = httpx.get(f"{address}/v1{href}/scores", headers={"Authorization": f"Bearer {key}"})
    assert mine.status_code == 200
    other = scored.run_here("keys", "create", "--district", "mesa", "journey").strip()
    theirs = httpx.get(f"{address}/v1{href}/scores", headers={"Authorization": f"Bearer {other}"})
    assert theirs.status_code == 404
    assert theirs.headers["content-type"].startswith("application/problem+json")


def test_loading_the_same_files_again_changes_nothing(scored: Installation) -> None:
    assert "nothing changed" in scored.run_here("ingest", "--district", "mesa")


def test_scoring_the_same_day_again_makes_no_second_run(scored: Installation) -> None:
    assert "there already" in scored.run_here("score", "--district", "mesa")


def test_a_date_before_the_first_school_day_is_refused(scored: Installation) -> None:
    said = scored.refused_here("score", "--district", "mesa", "--as-of", "2001-01-01", code=3)
    assert re.search(r"2001-01-01.*before the first school day", said)


def test_no_name_reaches_reports_bundles_or_mlflow(scored: Installation) -> None:
    """Every family name of the district that no word of ours contains is looked for where names may not be."""
    row = cells(scored.home / "records" / "harbor" / "students.csv")
    names = {cell for line in row for cell in line[1:3] if len(cell) > 8}
    assert names
    for place in ("bundles", "reports", "mlartifacts", "mlflow.db"):
        for path in [scored.home / place, *(scored.home / place).rglob("*")]:
            if path.is_file():
                content = path.read_bytes()
                found = [name for name in names if name.encode() in content]
                assert not found, f"{path.name} holds {len(found)} names"
