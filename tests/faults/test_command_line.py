"""The `ontrack` command as it is installed, started by itself, on a disk that is full and killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import Made
from tests.faults.trials import Ended, Fault, Forks, Site, problems_after, problems_again


@pytest.mark.parametrize("fault", [Fault(how="ENOSPC", lasts=True), Fault(how="KILL")], ids=["disk full", "killed"])
def test_the_command_line_leaves_the_old_state_and_finishes_when_run_again(
    fault: Fault, made: Made, forks: Forks, shim: Path, site: Site
) -> None:
    load = made.corrections
    site.becomes(load.start)
    renamed = [call.name for call in forks.run(site, load.extract).calls].index("rename") + 1
    site.becomes(load.start)
    ended = run(site, load.extract, shim, Fault(renamed, fault.how, fault.lasts))
    assert ended.code == (-signal.SIGKILL if fault.how == "KILL" else 5)
    assert "\n".join(problems_after(load, site, ended)) == ""
    assert site.state == load.old
    assert "\n".join(problems_again(load, site, forks.run(site, load.extract))) == ""


def run(site: Site, extract: Path, shim: Path, fault: Fault) -> Ended:
    """How the installed command ended."""
    command = [str(Path(sys.executable).with_name("ontrack")), *site.arguments(extract)]
    variables = {**os.environ, **site.environment(fault), "LD_PRELOAD": str(shim)}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120, check=False)
    return Ended(done.returncode, done.stdout, done.stderr, tuple(site.calls()))
