"""Keeps the answer to a request under a key that its sender chose, sealed with that key, until a day has passed."""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete
from sqlalchemy.orm import Session

from serving.access.authorize import Client
from serving.store.district_scope import enter_district
from serving.store.kept_answer_rows import KeptAnswerRow
from serving.store.locks import lock_until_commit

KEPT = timedelta(days=1)
LEASE = timedelta(minutes=10)
"""How long a request counts as being worked on; then its server is taken to be gone, and it may be sent again."""
NONCE = 12


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class KeyedRequest:
    """A request of a program under a key of its own."""

    client: Client
    key: str

    @property
    def row_id(self) -> tuple[str, str, str]:
        """What its row is found by; no other program's or district's key leads there."""
        return self.client.district_id, self.client.name, hashlib.sha256(self.key.encode()).hexdigest()

    def digest_of(self, parts: bytes) -> str:
        """What stands for a request's content: with the key, so that nobody without it can try contents."""
        return hmac.digest(self.key.encode(), parts, "sha256").hex()

    def seal(self, answer: Answer) -> str:
        """The answer as only the key opens it."""
        stated = {"status": answer.status, "headers": answer.headers, "body": base64.b64encode(answer.body).decode()}
        nonce = secrets.token_bytes(NONCE)
        sealed = self.cipher.encrypt(nonce, json.dumps(stated).encode(), "|".join(self.row_id).encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str) -> Answer | None:
        """A sealed answer; None where it was changed."""
        content = base64.b64decode(sealed)
        try:
            opened = self.cipher.decrypt(content[:NONCE], content[NONCE:], "|".join(self.row_id).encode())
        except InvalidTag:
            return None
        stated = json.loads(opened)
        headers = tuple((str(name), str(value)) for name, value in stated["headers"])
        return Answer(int(stated["status"]), headers, base64.b64decode(stated["body"]))

    @property
    def cipher(self) -> AESGCM:
        """The cipher of the key."""
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ontrack kept answer").derive(self.key.encode())
        return AESGCM(derived)


def begin(session: Session, asked: KeyedRequest, now: datetime) -> KeptAnswerRow | str:
    """The row of an earlier attempt; or the id of this one, which the caller then works out.

    One at a time: who comes second waits until the first one's row is there.
    """
    district_id, program, key_digest = asked.row_id
    enter_district(session, district_id)
    lock_until_commit(session.connection(), f"kept answer {key_digest}")
    gone = KeptAnswerRow.expires_at <= now
    session.execute(delete(KeptAnswerRow).where(KeptAnswerRow.district_id == district_id, gone))
    row = session.get(KeptAnswerRow, asked.row_id)
    if row is not None and (row.sealed or row.begun_at > now - LEASE):
        session.expunge(row)
        return row
    if row is not None:
        session.delete(row)
        session.flush()
    attempt = secrets.token_hex(16)
    session.add(
        KeptAnswerRow(
            district_id=district_id,
            program=program,
            key_digest=key_digest,
            attempt=attempt,
            request_digest="",
            sealed="",
            begun_at=now,
            expires_at=now + KEPT,
        )
    )
    return attempt


def finish(session: Session, asked: KeyedRequest, attempt: str, content: tuple[str, Answer] | None) -> None:
    """Keeps what an attempt came to: the request's digest and its answer; without any, the key is free again."""
    enter_district(session, asked.client.district_id)
    row = session.get(KeptAnswerRow, asked.row_id)
    if row is None or row.attempt != attempt:
        return
    if content is None:
        session.delete(row)
    else:
        row.request_digest, row.sealed = content[0], asked.seal(content[1])
