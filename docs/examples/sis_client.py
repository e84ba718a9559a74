"""A student information system that talks to OnTrack: files in, small changes, contacts, scores out, webhooks.

Run it against a server: `python docs/examples/sis_client.py http://127.0.0.1:8000 harbor.zip`, with the client's id
and secret in ONTRACK_CLIENT_ID and ONTRACK_CLIENT_SECRET.
"""

import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import httpx
from standardwebhooks import Webhook

Json = dict[str, object]
ENDED = ("done", "unchanged", "refused", "failed", "cancelled")


class OnTrackProblem(Exception):  # noqa: N818 - what the API calls it
    """What the API refused: `errors` says where and what was expected."""

    def __init__(self, answer: httpx.Response) -> None:
        self.problem: Json = answer.json()
        super().__init__(f"{answer.status_code}: {self.problem.get('detail')} {self.problem.get('errors', '')}")


@dataclass(frozen=True)
class OnTrack:
    """The API of one district."""

    client: httpx.Client
    sleep: Callable[[float], None] = time.sleep

    def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """The answer to a request; OnTrackProblem where it was refused. A busy service is asked again later."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        for _ in range(5):
            answer = self.client.request(method, path, json=body, headers=headers)
            if answer.status_code not in (429, 503):
                break
            self.sleep(float(answer.headers.get("Retry-After", "1")))
        return checked(answer)

    def send_zip(self, archive: Path) -> str:
        """The address of the operation that loads the files of a zip."""
        with archive.open("rb") as content:
            headers = {"Content-Type": "application/zip"}
            answer = self.client.post("/v1/imports", content=content.read(), headers=headers)
        checked(answer)
        return str(answer.headers["Location"])

    def wait_for(self, operation: str) -> Json:
        """How an operation ended."""
        while True:
            told = self.ask("GET", operation)
            if told["state"] in ENDED:
                return told
            self.sleep(1.0)

    def send_absence(self, student_id: str, record_id: str, school_id: str, day: str) -> Json:
        """Sends an absence under an id of the system's own; again changes nothing."""
        absence: Json = {
            "school_id": school_id, "date": day, "section_id": "day", "kind": "absent", "absent_hundredths": 100,
            "excused": False,
        }  # fmt: skip
        return self.ask("PUT", f"/v1/students/{student_id}/attendance/{record_id}", absence)

    def score_district(self) -> Json:
        """How a scoring run of today ended."""
        begun = self.ask("POST", "/v1/scoring-runs", {})
        return self.wait_for(cast(dict[str, str], begun["links"])["self"])

    def scores(self, path: str = "/v1/scores") -> Iterator[Json]:
        """Every score of the newest list, page by page."""
        following: object = path
        while following:
            page = self.ask("GET", str(following))
            yield from cast(list[Json], page["scores"])
            following = page["next"]


def checked(answer: httpx.Response) -> Json:
    """What an answer says; OnTrackProblem where it is an error."""
    if answer.is_error:
        raise OnTrackProblem(answer)
    return cast(Json, answer.json()) if answer.content else {}


def read_webhook(secret: str, headers: Mapping[str, str], body: bytes) -> Json:
    """What a webhook says; an error of the library where it is not OnTrack's, or old."""
    return cast(Json, Webhook(secret).verify(body, dict(headers)))


def sign_in(address: str, client_id: str, client_secret: str) -> httpx.Client:
    """A client with an access token."""
    form = {"grant_type": "client_credentials"}
    answer = httpx.post(f"{address}/oauth/token", data=form, auth=(client_id, client_secret))
    token = answer.raise_for_status().json()["access_token"]
    return httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60)


def main(address: str, archive: Path) -> None:
    """Loads a zip, scores the district, and says how many scores there are."""
    with sign_in(address, os.environ["ONTRACK_CLIENT_ID"], os.environ["ONTRACK_CLIENT_SECRET"]) as client:
        ontrack = OnTrack(client)
        loaded = ontrack.wait_for(ontrack.send_zip(archive))
        scored = ontrack.score_district()
        said = [f"{one['state']}: {one['progress']}" for one in (loaded, scored)]
        sys.stdout.write("\n".join([*said, f"{sum(1 for _ in ontrack.scores())} scores", ""]))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
