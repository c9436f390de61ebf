"""Signs people in with nothing but discovery, an id and a secret."""

import os
import secrets
from urllib.parse import urlencode

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, render_template_string, session
from flask.typing import ResponseReturnValue

ISSUER = os.environ["ISSUER"]
CLIENT_ID = os.environ["CLIENT_ID"]
PORT = int(os.environ.get("PORT", "8002"))
# Not from the Host header: what a stranger sends must not decide where people go.
BASE_URL = os.environ.get("BASE_URL", f"http://127.0.0.1:{PORT}")

PAGE = """<!doctype html>
<html lang="en">
<title>Flask and Authlib</title>
{% if person %}
<h1>Hello, {{ person.name or person.email }}</h1>
<form method="post" action="/logout"><button>Sign out</button></form>
{% else %}
<h1>Hello, stranger</h1>
{% if problem %}<p>You are not signed in: {{ problem }}</p>{% endif %}
<p><a href="/login">Sign in</a></p>
{% endif %}
</html>"""

app = Flask(__name__)
# Without SESSION_SECRET everybody signs in again after a restart.
app.secret_key = os.environ.get("SESSION_SECRET") or secrets.token_bytes(32)
app.config.update(
    SESSION_COOKIE_NAME="flask-authlib",
    SESSION_COOKIE_HTTPONLY=True,
    # Other sites cannot post in the name of a person: /logout needs no other proof.
    SESSION_COOKIE_SAMESITE="Lax",
    SESSION_COOKIE_SECURE=BASE_URL.startswith("https:"),
)

# Authlib makes state, nonce and PKCE verifier of each trip, and compares them at its end.
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
# Authlib compares the issuer by itself; OIDC Core 3.1.3.7 asks for the audience, too.
ID_TOKEN = {
    "iss": {"essential": True, "value": ISSUER},
    "aud": {"essential": True, "value": CLIENT_ID},
}


@app.get("/")
def home() -> ResponseReturnValue:
    return render_template_string(PAGE, person=session.get("person"))


@app.get("/login")
def login() -> ResponseReturnValue:
    return gatehouse.authorize_redirect(f"{BASE_URL}/callback")


@app.get("/callback")
def callback() -> ResponseReturnValue:
    token = gatehouse.authorize_access_token(claims_options=ID_TOKEN)
    # Names and addresses are at the userinfo endpoint; the ID token says who, not what.
    profile = gatehouse.userinfo(token=token)
    subject = token["userinfo"]["sub"]
    if profile["sub"] != subject:
        raise OAuthError("invalid_userinfo", "It is about somebody else.")
    session.clear()
    # `sub` is the key of a person: an address may change hands, a name is not unique.
    session["person"] = {
        "sub": subject,
        "name": profile.get("name"),
        "email": profile.get("email"),
    }
    session["id_token"] = token["id_token"]
    return redirect("/", 303)


@app.post("/logout")
def logout() -> ResponseReturnValue:
    """Signs out here and at Gatehouse, or the next click would sign in unasked."""
    query = {"client_id": CLIENT_ID, "post_logout_redirect_uri": f"{BASE_URL}/"}
    if "id_token" in session:
        query["id_token_hint"] = session["id_token"]
    session.clear()
    end = gatehouse.load_server_metadata()["end_session_endpoint"]
    return redirect(f"{end}?{urlencode(query)}", 303)


@app.errorhandler(OAuthError)
def refused(error: OAuthError) -> ResponseReturnValue:
    """A person who says no, or comes back with a trip that is over, may try again."""
    app.logger.warning("a sign-in failed: %r", str(error))
    # Anybody can write the words of the address: they are not shown.
    problem = "you said no." if error.error == "access_denied" else "please try again."
    return render_template_string(PAGE, problem=problem), 400


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=PORT)
