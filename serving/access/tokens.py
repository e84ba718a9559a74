"""Access tokens of programs: JSON Web Tokens by RFC 9068, signed by one algorithm and with keys of our own only."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, GuestProtocol

from serving.access.token_keys import ALGORITHM, TokenKeys

LIFETIME = timedelta(minutes=15)
LONGEST = 4096
"""Characters of a token: ours have about 700."""
TYPES = ("at+jwt", "application/at+jwt")
HEADER = {"alg", "kid", "typ"}
"""What a header of ours has. One with more, such as a key or the address of one, is not ours."""


@dataclass(frozen=True)
class TokenGrant:
    """What a good token says: whose it is, and the scopes that were asked for."""

    client_id: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class TokenIssuer:
    """Gives and reads the tokens of one installation, whose address is `url`."""

    url: str
    keys: TokenKeys

    @property
    def audience(self) -> str:
        """Whom the tokens are for."""
        return f"{self.url}/v1"

    def issue(self, client_id: str, scopes: Collection[str], now: datetime) -> str:
        """A new token of a client."""
        key, issued = self.keys.newest(now), int(now.timestamp())
        claims = {
            "iss": self.url, "aud": self.audience, "sub": client_id, "client_id": client_id,
            "scope": " ".join(scopes), "iat": issued, "exp": issued + int(LIFETIME.total_seconds()),
            "jti": secrets.token_hex(16),
        }  # fmt: skip
        return jwt.encode({"alg": ALGORITHM, "typ": TYPES[0], "kid": key.kid}, claims, key, [ALGORITHM])

    def read(self, token: str, now: datetime) -> TokenGrant | None:
        """What a token says; None where it is not a good one of ours at this moment."""
        if len(token) > LONGEST:
            return None
        try:
            decoded = jwt.decode(token, self.key_of, [ALGORITHM])
            registry = jwt.JWTClaimsRegistry(
                now=int(now.timestamp()),
                iss={"essential": True, "value": self.url},
                aud={"essential": True, "value": self.audience},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
            )
            registry.validate(decoded.claims)
        except (JoseError, ValueError, TypeError):
            return None
        claims = decoded.claims
        if claims.get("client_id") != claims["sub"] or not isinstance(claims.get("scope"), str):
            return None
        return TokenGrant(str(claims["sub"]), frozenset(claims["scope"].split()))

    def key_of(self, token: GuestProtocol) -> ECKey:
        """The key that a token says it was signed with; ValueError where its header is not one of ours."""
        header = token.headers()
        key = self.keys.find(str(header.get("kid", "")))
        if key is None or set(header) != HEADER or header["typ"] not in TYPES:
            raise ValueError("not a header of ours")
        return key
