"""An identity provider on loopback: OpenID Connect with PKCE, which refuses what the standard refuses."""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.json_server import Answer, Request, answering

CLIENT_ID, SECRET = "ontrack", "a secret: of/the client"


@dataclass
class Provider:
    """What the provider knows: who signs in next, and what it does wrong."""

    now: float
    claims: dict[str, object] = field(default_factory=dict)
    wrong: dict[str, object] = field(default_factory=dict)
    """Claims that an ID token has in place of the right ones; None leaves one out."""
    header: dict[str, str] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}))
    signs: RSAKey | None = None
    """A key that signs in place of the one that is published."""
    public: bool = False
    issuer: str = ""
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    """Authorization requests by the code that was given for them; a code is taken once."""

    def sign_in(self, address: str) -> str:
        """Somebody signs in at an authorization address; where they are led to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_hex(16)
        self.asked[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, object] | None:
        """The answer to a code; None where code, verifier, address or secret are not those that were asked with."""
        basic = base64.b64encode(f"{CLIENT_ID}:a%20secret%3A%20of%2Fthe%20client".encode()).decode()
        asked = self.asked.pop(form.get("code", ""), None)
        if asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return None
        if not self.public and authorization != f"Basic {basic}":
            return None
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])}

    def id_token(self, nonce: str) -> str:
        """An ID token, with what is to be wrong in it."""
        right = {
            "iss": self.issuer, "aud": CLIENT_ID, "exp": int(self.now) + 300, "iat": int(self.now), "nonce": nonce,
            "email_verified": True, **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in {**right, **self.wrong}.items() if value is not None}
        key = self.signs or self.key
        return jwt.encode({"alg": "RS256", "kid": str(key.kid), **self.header}, claims, key, ["RS256"])

    def answer(self, request: Request) -> Answer:
        """What the provider says to a request."""
        if request.method == "POST":
            form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
            said = self.token(form, request.authorization)
        else:
            said = {"/keys": self.keys, "/.well-known/openid-configuration": self.configuration}.get(
                request.path, lambda: None
            )()
        return (200, said) if said else (400, {"error": "invalid_grant"})

    def keys(self) -> dict[str, object]:
        """The published keys, one of a kind that signs nothing among them."""
        return {"keys": [{**self.key.as_dict(private=False), "use": "sig"}, {"kty": "oct", "k": "AA"}]}

    def configuration(self) -> dict[str, object]:
        """Where the provider has what, as the standard names it."""
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.issuer, **{name: f"{self.issuer}/{place}" for name, place in places.items()}}


@contextmanager
def running_provider(now: float) -> Iterator[Provider]:
    """A provider that answers on a free port of this machine."""
    provider = Provider(now)
    with answering(provider.answer) as provider.issuer:
        yield provider
