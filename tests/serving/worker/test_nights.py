"""Nights: killed at any moment they are finished once, and one district's failure is never another's."""

import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from features.warehouse.file import open_warehouse
from serving.store.database import database_address, open_engine
from serving.worker.night_log import night_lines, read_nights
from serving.worker.night_results import exit_code_of
from tests.serving.databases import drop_database
from tests.serving.example_service import TODAY
from tests.serving.worker.night_site import DISTRICTS, NightSite, RunningNights, make_site, site_at
from tests.sweeps import swept

FULL = swept("nights")
"""A hundred kills (`make nights`), or some of one night."""
KILLS = 100 if FULL else 3
LONGEST_CHAIN = 6
LONGEST = 6.0
"""Seconds after which a night is killed at the latest."""
STEPS = ["pull", "ingest", "check", "score", "ledger", "monitor", "report"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two districts' files and what serves them."""
    return make_site(tmp_path_factory.mktemp("made"))


@pytest.fixture
def site(tmp_path: Path, made: Path) -> Iterator[NightSite]:
    """Both districts before their first night."""
    yield site_at(tmp_path / "site", made)
    drop_database(tmp_path / "site")


def test_nights_killed_at_random_moments_leave_whole_states_and_are_finished_once(made: Path, tmp_path: Path) -> None:
    chance, kills, chains, wrong = random.Random("nights"), 0, 0, list[str]()
    while kills < KILLS:
        site, chains = site_at(tmp_path / f"chain-{chains}", made), chains + 1
        for _ in range(min(LONGEST_CHAIN, KILLS - kills)):
            running, moment = site.start(), chance.uniform(0.3, LONGEST)
            time.sleep(moment)
            kills += running.kill()
            wrong += [f"killed after {moment:.2f} s: {problem}" for problem in site.problems()]
        wrong += problems_at_the_end(site)
        drop_database(site.folder)
    assert not wrong, "\n".join(wrong)


def problems_at_the_end(site: NightSite) -> Iterator[str]:
    """What is wrong after nights that were let be."""
    for night in site.start().ended():
        if (night["outcome"], [step["step"] for step in night["steps"]]) != ("done", STEPS):
            yield f"{night['district']} ended {night['outcome']}: {night['steps']}"
    yield from site.problems()
    for district_id in DISTRICTS:
        with open_warehouse(site.settings.warehouse(district_id)) as reader:
            if reader.current("flags").empty:
                yield f"{district_id}: nobody was listed"


def test_a_district_whose_files_are_gone_fails_alone_and_the_log_says_at_which_step(site: NightSite) -> None:
    """Nothing serves the other one yet, so its night ends later, and by itself."""
    shutil.rmtree(site.settings.home)
    gone = site.settings.districts[0].model_copy(update={"records": site.folder / "gone"})
    settings = site.settings.model_copy(update={"districts": (gone, site.settings.districts[1])})
    nights = RunningNights(site, settings).ended()
    ends = [(night["district"], night["outcome"], night["steps"][-2]["step"]) for night in nights]
    assert ends == [("harbor", "refused", "pull"), ("mesa", "refused", "score")]
    assert exit_code_of(nights) == 3
    engine = open_engine(database_address(settings))
    mesa, harbor = read_nights(engine, DISTRICTS, newest=5)
    engine.dispose()
    assert (harbor["loaded_on"], mesa["loaded_on"]) == (None, TODAY.isoformat())
    first, *steps = night_lines(mesa)
    assert first.startswith("2026-11-20  mesa: refused (")
    assert [line.split()[0] for line in steps] == ["pull", "ingest", "check", "score", "report"]
