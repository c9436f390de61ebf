"""What an app says to its issuer, and how it checks what comes back."""

import json
from typing import Any, Optional
from urllib.parse import quote, urlencode

from authlib.jose import JsonWebKey, JsonWebToken
from authlib.jose.errors import JoseError
from authlib.oidc.core import CodeIDToken
from tornado.httpclient import AsyncHTTPClient


async def fetch_json(url: str, **options: Any) -> dict[str, Any]:
    times = {"connect_timeout": 5, "request_timeout": 10}
    answer = await AsyncHTTPClient().fetch(url, **times, **options)
    return json.loads(answer.body)


class Gatehouse:
    """What discovery says, kept; the keys are fetched again when a new one signs."""

    def __init__(self, issuer: str, client_id: str, secret: str, callback: str) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._secret = secret
        self._callback = callback
        self._metadata: Optional[dict[str, Any]] = None
        self._keys: Optional[dict[str, Any]] = None

    async def metadata(self) -> dict[str, Any]:
        if self._metadata is None:
            found = await fetch_json(f"{self._issuer}/.well-known/openid-configuration")
            if found["issuer"] != self._issuer:  # OpenID Connect Discovery 4.3
                raise RuntimeError(f"{self._issuer} says that it is {found['issuer']}")
            self._metadata = found
        return self._metadata

    async def redeem(self, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._callback,
            "code_verifier": verifier,
        }
        return await fetch_json(
            (await self.metadata())["token_endpoint"],
            method="POST",
            body=urlencode(form),
            # RFC 6749 2.3.1: id and secret are encoded as in a form.
            auth_username=quote(self._client_id, safe=""),
            auth_password=quote(self._secret, safe=""),
        )

    async def userinfo(self, access_token: str) -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {access_token}"}
        endpoint = (await self.metadata())["userinfo_endpoint"]
        return await fetch_json(endpoint, headers=bearer)

    async def check(self, tokens: dict[str, Any], nonce: str) -> CodeIDToken:
        """Gives the claims of the ID token (OIDC Core 3.1.3.7); raises JoseError."""
        options = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._client_id},
        }
        params = {
            "nonce": nonce,
            "client_id": self._client_id,
            "access_token": tokens["access_token"],
        }
        for key_set in (self._keys, None):
            if key_set is None:
                self._keys = await fetch_json((await self.metadata())["jwks_uri"])
            try:
                # The algorithm that the app is registered with, not what the token says.
                claims = JsonWebToken(["RS256"]).decode(
                    tokens["id_token"],
                    JsonWebKey.import_key_set(self._keys),
                    claims_cls=CodeIDToken,
                    claims_options=options,
                    claims_params=params,
                )
            except ValueError:  # the key is not in this set
                continue
            claims.validate(leeway=60)
            return claims
        raise JoseError("unknown_key")
