"""Signs people in with OpenID Connect step by step: code flow, PKCE, state, nonce."""

import asyncio
import base64
import hashlib
import json
import os
import secrets
from typing import Optional
from urllib.parse import urlencode

from authlib.jose.errors import JoseError
from tornado.httpclient import HTTPClientError
from tornado.log import app_log
from tornado.template import DictLoader
from tornado.web import Application, RequestHandler

from gatehouse import Gatehouse

ISSUER = os.environ["ISSUER"]
CLIENT_ID = os.environ["CLIENT_ID"]
PORT = int(os.environ.get("PORT", "8001"))
# Not from the Host header: what a stranger sends must not decide where people go.
BASE_URL = os.environ.get("BASE_URL", f"http://127.0.0.1:{PORT}")
CALLBACK = f"{BASE_URL}/callback"
COOKIE = {"httponly": True, "samesite": "Lax", "secure": BASE_URL.startswith("https:")}

PAGE = """<!doctype html>
<html lang="en">
<title>Tornado</title>
{% if person %}
<h1>Hello, {{ person["name"] }}</h1>
<form method="post" action="/logout">
{% module xsrf_form_html() %}<button>Sign out</button>
</form>
{% else %}
<h1>Hello, stranger</h1>
{% if problem %}<p>You are not signed in: {{ problem }}</p>{% end %}
<p><a href="/login">Sign in</a></p>
{% end %}
</html>"""

gatehouse = Gatehouse(ISSUER, CLIENT_ID, os.environ["CLIENT_SECRET"], CALLBACK)


class Handler(RequestHandler):
    """Keeps what it must know of a browser in signed cookies."""

    def remember(self, name: str, value: dict[str, str]) -> None:
        self.set_secure_cookie(name, json.dumps(value), expires_days=None, **COOKIE)

    def recall(self, name: str, days: float) -> Optional[dict[str, str]]:
        value = self.get_secure_cookie(name, max_age_days=days)
        return json.loads(value) if value else None

    def refuse(self, problem: str) -> None:
        self.set_status(400)
        self.render("page.html", person=None, problem=problem)


class Home(Handler):
    def get(self) -> None:
        person = self.recall("tornado-session", days=0.5)
        self.render("page.html", person=person, problem=None)


class Login(Handler):
    async def get(self) -> None:
        names = ("state", "nonce", "verifier")
        trip = {name: secrets.token_urlsafe(32) for name in names}
        digest = hashlib.sha256(trip["verifier"].encode()).digest()
        query = {
            "client_id": CLIENT_ID,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid profile email",
            "state": trip["state"],
            "nonce": trip["nonce"],
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        metadata = await gatehouse.metadata()
        self.remember("tornado-trip", trip)
        self.redirect(f"{metadata['authorization_endpoint']}?{urlencode(query)}")


class Callback(Handler):
    async def get(self) -> None:
        trip = self.recall("tornado-trip", days=1 / 24)
        self.clear_cookie("tornado-trip")  # one trip, one answer
        # State: this browser began the trip. `iss` (RFC 9207): it ends where it was sent.
        began_here = trip and trip["state"] == self.get_query_argument("state", "")
        if not began_here or self.get_query_argument("iss", "") != ISSUER:
            return self.refuse("this answer belongs to no sign-in of this browser")
        if error := self.get_query_argument("error", ""):
            return self.refuse(self.get_query_argument("error_description", error))
        try:
            code = self.get_query_argument("code")
            tokens = await gatehouse.redeem(code, trip["verifier"])
            claims = await gatehouse.check(tokens, trip["nonce"])
            profile = await gatehouse.userinfo(tokens["access_token"])
        except (JoseError, HTTPClientError):
            app_log.exception("a sign-in failed")
            return self.refuse("Gatehouse's answer could not be used")
        if profile["sub"] != claims["sub"]:  # OIDC Core 5.3.2
            return self.refuse("Gatehouse's answer could not be used")
        # `sub` is the key of a person. The access token has done its work: not kept.
        name = profile.get("name") or profile.get("email", "")
        session = {"sub": claims["sub"], "name": name, "id_token": tokens["id_token"]}
        self.remember("tornado-session", session)
        self.redirect("/")


class Logout(Handler):
    """Signs out here and at Gatehouse, or the next click would sign in unasked."""

    async def post(self) -> None:
        query = {"client_id": CLIENT_ID, "post_logout_redirect_uri": f"{BASE_URL}/"}
        if session := self.recall("tornado-session", days=0.5):
            query["id_token_hint"] = session["id_token"]
        self.clear_cookie("tornado-session")
        end = (await gatehouse.metadata())["end_session_endpoint"]
        self.redirect(f"{end}?{urlencode(query)}", status=303)


async def main() -> None:
    Application(
        [("/", Home), ("/login", Login), ("/callback", Callback), ("/logout", Logout)],
        template_loader=DictLoader({"page.html": PAGE}),
        # Without SESSION_SECRET everybody signs in again after a restart.
        cookie_secret=os.environ.get("SESSION_SECRET") or secrets.token_hex(32),
        xsrf_cookies=True,
        xsrf_cookie_kwargs=COOKIE,
    ).listen(PORT, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
