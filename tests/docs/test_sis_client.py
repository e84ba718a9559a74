"""The Python example for integrators does what it says, against the real application and a real worker."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from docs.examples.sis_client import OnTrack, OnTrackProblem, read_webhook
from tests.drawn import write_files
from tests.features.made_folder import DRAWN
from tests.serving.api.test_imports import program
from tests.serving.conftest import copy_prepared, opened, prepared  # noqa: F401 - a fixture
from tests.serving.worker.api_site import ApiSite, zip_of


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ApiSite]:
    """A site, closed afterwards."""
    site = ApiSite(tmp_path)
    yield site
    site.close()


def test_the_example_sends_a_zip_and_waits_for_the_worker(site: ApiSite, tmp_path: Path) -> None:
    site.client.headers["Authorization"] = f"Bearer {site.key}"
    worked: list[float] = []

    def work(seconds: float) -> None:
        """The worker does its work while the example waits."""
        if not worked:
            site.work()
        worked.append(seconds)

    ontrack = OnTrack(site.client, sleep=work)
    archive = tmp_path / "north.zip"
    archive.write_bytes(zip_of(write_files(tmp_path / "north", DRAWN)))
    told = ontrack.wait_for(ontrack.send_zip(archive))
    assert (told["state"], len(worked)) == ("done", 1)


def test_the_example_sends_an_absence_reads_scores_and_tells_what_was_refused(
    tmp_path: Path,
    prepared: Path,  # noqa: F811 - the fixture
) -> None:
    copy_prepared(prepared, tmp_path)
    for service in opened(tmp_path):
        ontrack = OnTrack(program(service, "harbor", "scores.read"))
        assert len(list(ontrack.scores("/v1/scores?limit=2"))) == 5
        ontrack = OnTrack(program(service, "harbor"))
        assert ontrack.send_absence("100", "a-1", "north", "2026-11-19")["state"] == "waiting"
        with pytest.raises(OnTrackProblem, match="#/school_id"):
            ontrack.send_absence("100", "a-2", "nowhere", "2026-11-19")


def test_the_example_reads_a_webhook_and_refuses_a_forged_one() -> None:
    secret, now, body = "whsec_" + "a" * 32, datetime.now(UTC), '{"type": "run.finished"}'
    signed = Webhook(secret).sign("msg_1", now, body)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signed,
    }
    assert read_webhook(secret, headers, body.encode()) == {"type": "run.finished"}
    with pytest.raises(Exception, match="No matching signature"):
        read_webhook(secret, headers, b"{}")
