"""The table of Open University courses on day 30, which several tests read: made once by the recipe of the examples."""

import importlib.util
from pathlib import Path
from types import ModuleType

from tests.kept_folders import digest_of, installed, kept

REPOSITORY = Path(__file__).parents[1]
DATA = REPOSITORY.parent / "shared" / "data" / "oulad"
RECIPE = REPOSITORY / "docs" / "examples" / "oulad.py"
DAY = 30


def recipe() -> ModuleType:
    """The module of the recipe."""
    spec = importlib.util.spec_from_file_location("oulad", RECIPE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def oulad_table() -> Path:
    """The table's file, kept until the recipe, the data or a library is another one; nobody changes it."""
    code = "\n".join([*map(digest_of, [RECIPE, *sorted(DATA.glob("*.parquet"))]), installed()])
    return kept(f"oulad {DAY}", code, lambda to: recipe().main(DATA, DAY, to / "day30.csv")) / "day30.csv"
