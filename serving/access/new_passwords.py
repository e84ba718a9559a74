"""New passwords and their hashes: a hash takes a twentieth of a second, by design, and needs no other module."""

import secrets
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from argon2 import PasswordHasher


@dataclass(frozen=True)
class NewPassword:
    """A drawn password, and the hash of it that is stored."""

    password: str
    password_hash: str


def new_password() -> NewPassword:
    """A password that nobody had before."""
    password = secrets.token_urlsafe(15)
    return NewPassword(password, PasswordHasher().hash(password))


class PasswordsAhead:
    """Passwords that are hashed beside whatever else is done, for somebody who will ask for about so many."""

    def __init__(self, count: int) -> None:
        threads = ThreadPoolExecutor(2)
        self.left: list[Future[NewPassword]] = [threads.submit(new_password) for _ in range(count)]
        threads.shutdown(wait=False)

    def __call__(self) -> NewPassword:
        """The next one; hashed now where more are asked for."""
        return self.left.pop().result() if self.left else new_password()
