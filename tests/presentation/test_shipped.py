"""The wheel ships what pages and reports are made of."""

from hatchling.builders.wheel import WheelBuilder

from tests.docs.pages import ROOT

PACKAGES = ("presentation", "serving", "training")


def test_the_wheel_ships_every_template_and_stylesheet() -> None:
    shipped = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    files = [path for package in PACKAGES for kind in ("*.html", "*.css") for path in (ROOT / package).rglob(kind)]
    assert len(files) > 25
    assert {path.relative_to(ROOT).as_posix() for path in files} - shipped == set()
