"""Consent as provenance: what a bundle learned from, and what becomes of it when a district takes records back."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from features.pool_settings import Lent, LentTable
from features.settings import District, Settings
from models.bundle.signing import ensure_keys
from models.health import check_releases
from models.pool.learned_from import LearnedFrom, withdrawn, withheld
from models.release_checks import GateRefused
from models.releases import promote, rollback
from models.served_scorer import serving_on
from tests.models.part_examples import model_by_part
from tests.models.release_examples import ANA, KEY, NOW, written

LEARNED = LearnedFrom(
    pool="core",
    districts={"harbor": {"marks": (2025,)}, "mesa": {"attendance": (2024, 2025), "marks": (2024, 2025)}},
)
EVERYTHING = ["mesa: attendance of 2024, 2025", "mesa: marks of 2024, 2025"]
METRICS = {"pooled": LEARNED.model_dump(mode="json")}
LENT = (
    Lent(pool="core", tables=("attendance", "marks"), years=(2024, 2025)),
    Lent(pool="other", tables=("incidents",), years=(2024,)),
)


def settings_with(home: Path, *mesa: Lent) -> Settings:
    """An installation in which Mesa lends this."""
    harbor = District(id="harbor", name="Harbor", lends=LENT)
    return Settings(home=home, districts=(harbor, District(id="mesa", name="Mesa", lends=mesa)))


def test_records_that_are_still_lent_are_not_withdrawn(tmp_path: Path) -> None:
    assert withdrawn(METRICS, settings_with(tmp_path, *LENT)) == []
    assert withdrawn({}, settings_with(tmp_path)) == [], "a district's own model learned from nobody else"


@pytest.mark.parametrize(
    ("lent", "told"),
    [
        (None, EVERYTHING),
        (("core", ("attendance", "marks"), (2025,)), ["mesa: attendance of 2024", "mesa: marks of 2024"]),
        (("core", ("attendance",), (2024, 2025)), ["mesa: marks of 2024, 2025"]),
        (("other", ("attendance", "marks"), (2024, 2025)), EVERYTHING),
    ],
)
def test_what_was_taken_back_is_told_by_district_table_and_year(
    tmp_path: Path, lent: tuple[str, tuple[LentTable, ...], tuple[int, ...]] | None, told: list[str]
) -> None:
    now = () if lent is None else (Lent(pool=lent[0], tables=lent[1], years=lent[2]),)
    assert withdrawn(METRICS, settings_with(tmp_path, *now)) == told


def test_a_district_that_left_the_installation_has_taken_all_back(tmp_path: Path) -> None:
    alone = Settings(home=tmp_path, districts=(District(id="harbor", name="Harbor", lends=LENT),))
    assert withdrawn(METRICS, alone) == EVERYTHING


def test_a_bundle_with_withdrawn_records_is_not_promoted_and_not_gone_back_to(home: Path) -> None:
    pooled = written(home, replace(model_by_part(), metrics={**model_by_part().metrics, **METRICS}))
    own, key = written(home, model_by_part()), ensure_keys(home / "keys").public_key
    lending, without = settings_with(home, *LENT), settings_with(home)
    with pytest.raises(GateRefused, match="mesa: attendance of 2024, 2025") as refused:
        promote(home, KEY, pooled.path, public_key=key, approval=ANA, now=NOW, settings=without)
    assert refused.value.exit_code == 4
    with pytest.raises(GateRefused, match=r"harbor: .*mesa: "):  # without settings nothing is known to be lent
        promote(home, KEY, pooled.path, public_key=key, approval=ANA, now=NOW)
    promote(home, KEY, pooled.path, public_key=key, approval=ANA, now=NOW, settings=lending)
    promote(home, KEY, own.path, public_key=key, approval=ANA, now=NOW, settings=without)
    with pytest.raises(GateRefused, match="train the pool again"):
        rollback(home, KEY, public_key=key, approval=ANA, now=NOW, settings=without)
    assert rollback(home, KEY, public_key=key, approval=ANA, now=NOW, settings=lending).digest == pooled.digest


def test_the_doctor_says_why_the_rule_serves(home: Path) -> None:
    pooled = written(home, replace(model_by_part(), metrics={**model_by_part().metrics, **METRICS}))
    key = ensure_keys(home / "keys").public_key
    promote(home, KEY, pooled.path, public_key=key, approval=ANA, now=NOW, settings=settings_with(home, *LENT))
    (well,), (found,) = (check_releases(settings_with(home, *lent), "harbor") for lent in (LENT, ()))
    assert well.verdict == "ok"
    assert (found.verdict, found.do) == ("look", "train the pool again")
    assert "mesa: attendance of 2024, 2025" in found.found


def test_where_records_were_taken_back_the_rule_serves_and_tells_no_number(home: Path) -> None:
    pooled = written(home, replace(model_by_part(), metrics={**model_by_part().metrics, **METRICS}))
    day = date(2026, 10, 28)
    assert serving_on(withheld(pooled, settings_with(home, *LENT)), 11, day).bundle.kind == "model"
    served = serving_on(withheld(pooled, settings_with(home)), 11, day)
    assert (served.bundle.kind, served.not_judged) == ("rule", "level")
