"""Has a "Create account" button, and no sign-up page of its own."""

import os
import secrets

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, render_template_string, request, session
from flask.typing import ResponseReturnValue

ISSUER = os.environ["ISSUER"]
CLIENT_ID = os.environ["CLIENT_ID"]
PORT = int(os.environ.get("PORT", "8004"))
# Not from the Host header: what a stranger sends must not decide where people go.
BASE_URL = os.environ.get("BASE_URL", f"http://127.0.0.1:{PORT}")

PAGE = """<!doctype html>
<html lang="en">
<title>Book club</title>
{% if person %}
<h1>{{ "Welcome" if book is none else "Welcome back" }}, {{ person.name }}</h1>
<form method="post" action="/book">
<label>Your favourite book
<input name="book" maxlength="200" value="{{ book or "" }}"></label>
<button>Save</button>
</form>
<form method="post" action="/logout"><button>Sign out</button></form>
{% else %}
<h1>Book club</h1>
{% if problem %}<p>You are not signed in: {{ problem }}</p>{% endif %}
<p><a href="/sign-up">Create account</a> <a href="/login">Sign in</a></p>
{% endif %}
</html>"""

# What this app adds to an account, under the subject: the one thing about a person that
# never changes. Address, password and their proofs are kept at Gatehouse. A real app has
# a database here.
books: dict[str, str] = {}

app = Flask(__name__)
app.secret_key = os.environ.get("SESSION_SECRET") or secrets.token_bytes(32)
app.config.update(
    SESSION_COOKIE_NAME="flask-sign-up",
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


@app.get("/")
def home() -> ResponseReturnValue:
    person = session.get("person")
    book = books.get(person["sub"]) if person else None
    return render_template_string(PAGE, person=person, book=book)


@app.get("/login")
def login() -> ResponseReturnValue:
    return gatehouse.authorize_redirect(f"{BASE_URL}/callback")


@app.get("/sign-up")
def sign_up() -> ResponseReturnValue:
    """Initiating User Registration via OpenID Connect 1.0; else signs in."""
    offered = gatehouse.load_server_metadata().get("prompt_values_supported", [])
    prompt = {"prompt": "create"} if "create" in offered else {}
    return gatehouse.authorize_redirect(f"{BASE_URL}/callback", **prompt)


@app.get("/callback")
def callback() -> ResponseReturnValue:
    """The same end for both: who chose "Create account" and had one is signed in."""
    token = gatehouse.authorize_access_token()
    profile = gatehouse.userinfo(token=token)
    subject = token["userinfo"]["sub"]
    if profile["sub"] != subject:
        raise OAuthError("invalid_userinfo", "It is about somebody else.")
    session.clear()
    session["person"] = {"sub": subject, "name": profile.get("name", "reader")}
    return redirect("/", 303)


@app.post("/book")
def book() -> ResponseReturnValue:
    if "person" in session:
        books[session["person"]["sub"]] = request.form.get("book", "")[:200]
    return redirect("/", 303)


@app.post("/logout")
def logout() -> ResponseReturnValue:
    """Ends the session here; python-flask-authlib signs out of Gatehouse, too."""
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
