"""Reads the JWT access tokens that Gatehouse issues for one API (RFC 9068)."""

import logging
import threading
import time
from typing import Any

import requests
from authlib.jose import JsonWebKey, JsonWebToken, JWTClaims
from authlib.jose.errors import JoseError

log = logging.getLogger(__name__)


class NotAccepted(Exception):
    """This token does not open this API."""


class IssuerUnreachable(Exception):
    """There are no keys to check a token with."""


class Keys:
    """The keys of an issuer by `kid`: fetched once an hour, and for a `kid` that is new."""

    LONGEST = 3600
    # Anybody can invent a `kid`: however many come, the issuer is asked once in a while.
    SHORTEST = 30

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._keys: dict[str, Any] = {}
        self._asked_at = float("-inf")
        self._lock = threading.Lock()

    def find(self, header: dict[str, Any], _payload: Any) -> Any:
        """Gives the key of a token; raises NotAccepted or IssuerUnreachable."""
        kid = str(header.get("kid"))
        with self._lock:
            age = time.monotonic() - self._asked_at
            if age > self.LONGEST or (kid not in self._keys and age > self.SHORTEST):
                self._fetch()
        if not self._keys:
            raise IssuerUnreachable
        if kid not in self._keys:
            raise NotAccepted("unknown key")
        return self._keys[kid]

    def _fetch(self) -> None:
        self._asked_at = time.monotonic()
        try:
            metadata = fetch_json(f"{self._issuer}/.well-known/openid-configuration")
            found = fetch_json(metadata["jwks_uri"])["keys"]
        except requests.RequestException:
            # The keys at hand are good still: an issuer that restarts stops nobody.
            log.exception("the keys of %s cannot be fetched", self._issuer)
        else:
            self._keys = {key["kid"]: JsonWebKey.import_key(key) for key in found}


def fetch_json(url: str) -> dict[str, Any]:
    answer = requests.get(url, timeout=10)
    answer.raise_for_status()
    return answer.json()


class AccessTokens:
    """Judges tokens for one audience."""

    # The algorithm is ours to choose, never the token's: RFC 8725 3.1.
    JWT = JsonWebToken(["RS256"])

    def __init__(self, issuer: str, audience: str) -> None:
        self._keys = Keys(issuer)
        present = ("exp", "iat", "sub", "client_id", "jti")
        self._options: dict[str, dict[str, Any]] = {
            **{claim: {"essential": True} for claim in present},
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": audience},
        }

    def read(self, token: str) -> JWTClaims:
        """Gives the claims of a token; raises NotAccepted or IssuerUnreachable."""
        try:
            find = self._keys.find
            claims = self.JWT.decode(token, find, claims_options=self._options)
            claims.validate(leeway=10)
        except (JoseError, ValueError) as error:
            raise NotAccepted(str(error)) from error
        # RFC 9068 4: an ID token is signed with the same key, and lets nobody in.
        kind = str(claims.header.get("typ")).lower()
        if kind not in ("at+jwt", "application/at+jwt"):
            raise NotAccepted("not an access token")
        # RFC 9449 7.2: a token bound to a key is worth nothing without its proof.
        if "cnf" in claims:
            raise NotAccepted("a bound token is no bearer token")
        return claims
