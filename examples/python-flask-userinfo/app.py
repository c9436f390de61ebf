"""Shows what the userinfo endpoint says about a person, as it is now."""

import os
import secrets
import time
from typing import Any, Optional

from authlib.integrations.base_client import InvalidTokenError, OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, render_template_string, session
from flask.typing import ResponseReturnValue
from requests import HTTPError

ISSUER = os.environ["ISSUER"]
CLIENT_ID = os.environ["CLIENT_ID"]
PORT = int(os.environ.get("PORT", "8003"))
# Not from the Host header: what a stranger sends must not decide where people go.
BASE_URL = os.environ.get("BASE_URL", f"http://127.0.0.1:{PORT}")
SESSION_SECONDS = 12 * 60 * 60

PAGE = """<!doctype html>
<html lang="en">
<title>Your profile</title>
{% if profile %}
<h1>Your profile</h1>
<dl>
{% for claim, value in profile.items() %}
<dt>{{ claim }}</dt><dd>{{ value }}</dd>
{% endfor %}
</dl>
<form method="post" action="/refresh"><button>Read it again</button></form>
<form method="post" action="/logout"><button>Sign out</button></form>
{% else %}
<h1>Who are you?</h1>
{% if problem %}<p>You are not signed in: {{ problem }}</p>{% endif %}
<p><a href="/login">Sign in</a></p>
{% endif %}
</html>"""

# The cookie holds a random key only. A Flask session is signed but not encrypted: who has
# the cookie reads what is in it, and an access token would leave with every copy of it.
# Several processes need Redis or a database table in place of this dictionary.
visits: dict[str, dict[str, Any]] = {}

app = Flask(__name__)
app.secret_key = os.environ.get("SESSION_SECRET") or secrets.token_bytes(32)
app.config.update(
    SESSION_COOKIE_NAME="flask-userinfo",
    SESSION_COOKIE_HTTPONLY=True,
    # Other sites cannot post in the name of a person: the forms need no other proof.
    SESSION_COOKIE_SAMESITE="Lax",
    SESSION_COOKIE_SECURE=BASE_URL.startswith("https:"),
)
gatehouse = OAuth(app).register(
    "gatehouse",
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_id=CLIENT_ID,
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={
        "scope": "openid profile email",
        "code_challenge_method": "S256",
        "default_timeout": 10,
    },
)


def current_visit() -> Optional[dict[str, Any]]:
    visit = visits.get(session.get("visit", ""))
    return visit if visit and visit["ends"] > time.time() else None


def read_profile(token: dict[str, Any], subject: str) -> dict[str, Any]:
    """Asks the userinfo endpoint; refuses what is about somebody else (OIDC Core 5.3.2)."""
    profile = gatehouse.userinfo(token=token)
    if profile["sub"] != subject:
        raise OAuthError("invalid_userinfo", "It is about somebody else.")
    return dict(profile)


@app.get("/")
def home() -> ResponseReturnValue:
    visit = current_visit()
    return render_template_string(PAGE, profile=visit and visit["profile"])


@app.get("/login")
def login() -> ResponseReturnValue:
    return gatehouse.authorize_redirect(f"{BASE_URL}/callback")


@app.get("/callback")
def callback() -> ResponseReturnValue:
    token = gatehouse.authorize_access_token()
    profile = read_profile(token, token["userinfo"]["sub"])
    now = time.time()
    for key in [key for key, visit in visits.items() if visit["ends"] <= now]:
        del visits[key]
    session.clear()
    session["visit"] = secrets.token_urlsafe(32)
    ends = now + SESSION_SECONDS
    visits[session["visit"]] = {"token": token, "profile": profile, "ends": ends}
    return redirect("/", 303)


@app.post("/refresh")
def refresh() -> ResponseReturnValue:
    visit = current_visit()
    try:
        if visit:
            visit["profile"] = read_profile(visit["token"], visit["profile"]["sub"])
            return redirect("/", 303)
    except (InvalidTokenError, HTTPError) as error:
        if isinstance(error, HTTPError) and error.response.status_code != 401:
            raise
    # The token has ended, or was taken back. Gatehouse decides whether to ask the person.
    visits.pop(session.pop("visit", ""), None)
    return redirect("/login", 303)


@app.post("/logout")
def logout() -> ResponseReturnValue:
    """Ends the visit here; python-flask-authlib signs out of Gatehouse, too."""
    visits.pop(session.get("visit", ""), None)
    session.clear()
    return redirect("/", 303)


@app.errorhandler(OAuthError)
def refused(error: OAuthError) -> ResponseReturnValue:
    app.logger.warning("a sign-in failed: %r", str(error))
    # Anybody can write the words of the address: they are not shown.
    problem = "you said no." if error.error == "access_denied" else "please try again."
    return render_template_string(PAGE, problem=problem), 400


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=PORT)
