"""A district's identity provider: OpenID Connect with the code flow, PKCE, and an allow-list of algorithms.

Addresses come from the provider's discovery document, keys from its key set; both are read again after an hour, and
keys also where a token names one that is not known.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from threading import Lock
from urllib.parse import quote, urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.util import urlsafe_b64encode

from features.sign_in_settings import SignIn, private_address

ALGORITHMS = ["RS256", "PS256", "ES256"]
KEPT = timedelta(hours=1)
KEYS_AGAIN = timedelta(minutes=1)
"""How long an unknown key is taken for one that is not there."""
SECONDS = 10.0
MOST_ANSWER = 1024 * 1024
LEEWAY = 60
"""Seconds by which the provider's clock may be off."""
SECRET_VARIABLE = "ONTRACK_SIGN_IN_SECRET_"  # noqa: S105 - the name of a variable
Claims = Mapping[str, object]


class ProviderFailed(Exception):  # noqa: N818 - the design's word
    """A sign-in at the provider that came to nothing; the message is a code for the log, without a person's values."""


@dataclass(frozen=True)
class ProviderRequest:
    """What is kept, sealed, in the browser of somebody who is at the provider."""

    district_id: str
    page: str
    state: str
    nonce: str
    verifier: str
    at: float

    @classmethod
    def new(cls, district_id: str, page: str, now: datetime) -> "ProviderRequest":
        """One that nobody can guess."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(district_id, page, state, nonce, verifier, now.timestamp())

    @classmethod
    def read(cls, text: str) -> "ProviderRequest":
        """One as it was kept."""
        return cls(**json.loads(text))

    def text(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Discovery:
    """Where a provider answers, and its keys, as of a moment."""

    authorization: str
    token: str
    posts_secret: bool
    keys: KeySet
    at: datetime


class IdentityProvider:
    """The provider of one district; what it says of itself is read when it is first needed."""

    def __init__(self, district_id: str, settings: SignIn, redirect_uri: str) -> None:
        self.district_id = district_id
        self.settings = settings
        self.redirect_uri = redirect_uri
        self.known: Discovery | None = None
        self.lock = Lock()

    @property
    def secret(self) -> str:
        """The client secret, from the environment; empty for a public client, which has PKCE alone."""
        name = self.district_id.upper().replace("-", "_")
        return os.environ.get(f"{SECRET_VARIABLE}{name}", "")

    def authorization_address(self, asked: ProviderRequest, now: datetime) -> str:
        """Where somebody signs in."""
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self.settings.client_id,
                "redirect_uri": self.redirect_uri,
                "scope": " ".join(self.settings.scopes),
                "state": asked.state,
                "nonce": asked.nonce,
                "code_challenge": code_challenge(asked.verifier),
                "code_challenge_method": "S256",
            }
        )
        address = self.discovery(now).authorization
        return f"{address}{'&' if '?' in address else '?'}{query}"

    def claims(self, code: str, asked: ProviderRequest, now: datetime) -> Claims:
        """What the provider says of who signed in; ProviderFailed where it says nothing that can be trusted."""
        answer = self.ask("POST", self.discovery(now).token, self.token_form(code, asked, now))
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderFailed("no_id_token")
        return self.verified(token, asked, now)

    def token_form(self, code: str, asked: ProviderRequest, now: datetime) -> dict[str, str]:
        """What is sent for the code; with the secret where the provider takes it there alone."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": asked.verifier,
            "client_id": self.settings.client_id,
        }
        posts = self.secret and self.discovery(now).posts_secret
        return {**form, "client_secret": self.secret} if posts else form

    def verified(self, token: str, asked: ProviderRequest, now: datetime) -> Claims:
        """The claims of an ID token, by OpenID Connect Core 3.1.3.7."""
        try:
            claims = dict(self.decoded(token, now))
            jwt.JWTClaimsRegistry(
                now=int(now.timestamp()),
                leeway=LEEWAY,
                iss={"essential": True, "value": self.settings.issuer},
                aud={"essential": True, "value": self.settings.client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
            ).validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderFailed(f"id_token_{type(error).__name__}") from None
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), asked.nonce.encode()):
            raise ProviderFailed("id_token_nonce")
        if claims.get("azp", self.settings.client_id) != self.settings.client_id or not isinstance(claims["sub"], str):
            raise ProviderFailed("id_token_party")
        return claims

    def decoded(self, token: str, now: datetime) -> Claims:
        """The claims of a token that one of the provider's keys signed; its keys are read anew where none fits."""
        try:
            return jwt.decode(token, self.discovery(now).keys, ALGORITHMS).claims
        except (JoseError, ValueError):
            before = self.discovery(now)
            if now < before.at + KEYS_AGAIN:
                raise
        with self.lock:
            self.known = None
        return jwt.decode(token, self.discovery(now).keys, ALGORITHMS).claims

    def discovery(self, now: datetime) -> Discovery:
        """What the provider says of itself, not older than an hour."""
        with self.lock:
            if self.known is None or now >= self.known.at + KEPT:
                self.known = self.read(now)
            return self.known

    def read(self, now: datetime) -> Discovery:
        """The discovery document and the keys; ProviderFailed where they are not the issuer's."""
        said = self.ask("GET", f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        if said.get("issuer") != self.settings.issuer:
            raise ProviderFailed("discovery_issuer")
        try:
            authorization, token, key_set = (private_address(str(said[name])) for name in ADDRESSES)
            keys = signing_keys(self.ask("GET", key_set))
        except (KeyError, ValueError, JoseError, TypeError):
            raise ProviderFailed("discovery_incomplete") from None
        methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        posts = isinstance(methods, list) and "client_secret_basic" not in methods
        return Discovery(authorization, token, posts_secret=posts, keys=keys, at=now)

    def ask(self, method: str, address: str, form: Mapping[str, str] | None = None) -> dict[str, object]:
        """What the provider answers, which is JSON; ProviderFailed for anything else. Redirects are not followed."""
        import httpx

        basic = (quote(self.settings.client_id, safe=""), quote(self.secret, safe=""))
        auth = basic if form is not None and self.secret and "client_secret" not in form else None
        try:
            with httpx.Client(timeout=SECONDS, trust_env=False) as http:
                answer = http.request(method, address, data=form, auth=auth, headers={"Accept": "application/json"})
        except httpx.HTTPError as error:
            raise ProviderFailed(f"provider_{type(error).__name__}") from None
        if answer.status_code != 200 or len(answer.content) > MOST_ANSWER:
            raise ProviderFailed(f"provider_status_{answer.status_code}")
        try:
            said = answer.json()
        except ValueError:
            raise ProviderFailed("provider_not_json") from None
        if not isinstance(said, dict):
            raise ProviderFailed("provider_not_json")
        return said


def signing_keys(said: Mapping[str, object]) -> KeySet:
    """The keys of a key set that may sign by one of our algorithms; KeyError or TypeError where it is not one."""
    given = said["keys"]
    if not isinstance(given, list):
        raise TypeError("keys")
    fit = [one for one in given if isinstance(one, dict) and one.get("kty") in KINDS and one.get("use", "sig") == "sig"]
    return KeySet.import_key_set({"keys": fit})


KINDS = ("RSA", "EC")
ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def code_challenge(verifier: str) -> str:
    """What a provider is told of the verifier beforehand (RFC 7636, S256)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
