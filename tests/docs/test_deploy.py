"""The files for machines and containers: in form, and with commands that exist."""

import re
import shutil
import subprocess

import pytest
import yaml

from docs.reference_commands import commands
from tests.docs.pages import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
NOT_HERE = re.compile(r"not executable|Unit \S+ not found|Failed to (connect|open)|is not installed|sd_booted")
"""What systemd says of a machine on which OnTrack is not installed."""


def test_every_command_of_a_unit_exists() -> None:
    known = {one.name for one in commands()}
    ran = [line for unit in UNITS for line in unit.read_text().splitlines() if line.startswith("ExecStart=")]
    assert len(ran) == 3
    for line in ran:
        words = line.partition("/ontrack ")[2].split("--")[0].strip()
        assert words in known, line


def test_systemd_reads_every_unit() -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here")
    for unit in UNITS:
        told = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
        wrong = [line for line in told.stderr.splitlines() if unit.name in line and not NOT_HERE.search(line)]
        assert wrong == [], unit.name


def test_every_service_of_the_compose_file_is_limited_and_every_secret_is_a_file() -> None:
    told = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    ours = [told["services"][name] for name in ("upgrade", "web", "worker")]
    assert all(one["read_only"] and one["cap_drop"] == ["ALL"] for one in ours)
    assert {network for one in ours for network in one["networks"]} <= set(told["networks"])
    assert [name for name, one in told["services"].items() if "ports" in one] == ["proxy"]
    assert all(set(secret) == {"file"} for secret in told["secrets"].values())


@pytest.mark.parametrize("name", ["Caddyfile", "Caddyfile.compose"])
def test_caddy_reads_its_file(name: str) -> None:
    if shutil.which("caddy") is None:
        pytest.skip("no Caddy here")
    line = ["caddy", "adapt", "--adapter", "caddyfile", "--config", str(DEPLOY / name)]
    assert subprocess.run(line, capture_output=True, check=False).returncode == 0


def test_both_caddy_files_say_the_same_but_for_where_the_service_is() -> None:
    one, other = ((DEPLOY / name).read_text().splitlines() for name in ("Caddyfile", "Caddyfile.compose"))
    assert [line for line in one if line not in other] == ["\treverse_proxy 127.0.0.1:8000 {"]
    assert all("".join(lines).count("{") == "".join(lines).count("}") for lines in (one, other))
    assert {"read_header", "read_body"} <= {line.split()[0] for line in one if line.strip()}


def test_the_image_runs_as_an_account_without_rights_and_checks_hashes() -> None:
    told = (DEPLOY / "Containerfile").read_text()
    assert "--require-hashes requirements.lock" in told
    assert told.rindex("USER ontrack") > told.rindex("FROM ")
