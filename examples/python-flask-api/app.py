"""An API that checks the JWT access tokens of Gatehouse (RFC 9068), and signs nothing."""

import os
from functools import wraps
from typing import Any, Callable

from flask import Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from access_tokens import AccessTokens, IssuerUnreachable, NotAccepted

View = Callable[..., ResponseReturnValue]

ISSUER = os.environ["ISSUER"]
PORT = int(os.environ.get("PORT", "8005"))
# The id of this API under `resources:`. A token for another one is not for us.
RESOURCE = os.environ.get("RESOURCE", f"http://127.0.0.1:{PORT}")

access_tokens = AccessTokens(ISSUER, RESOURCE)
app = Flask(__name__)


def challenge(status: int, **parameters: str) -> Response:
    """RFC 6750 3: says what is missing, in the words that client libraries read."""
    said = ", ".join(f'{name}="{value}"' for name, value in parameters.items())
    return Response(status=status, headers={"WWW-Authenticate": f"Bearer {said}".strip()})


def needs(scope: str) -> Callable[[View], View]:
    """Lets in who shows a token with this scope, and puts its claims on `g.claims`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "bearer":
                return challenge(401)
            try:
                g.claims = access_tokens.read(token.strip())
            except NotAccepted:
                return challenge(401, error="invalid_token")
            except IssuerUnreachable:
                # Nobody's token can be judged now: that is no fault of theirs.
                return Response(status=503, headers={"Retry-After": "30"})
            if scope not in g.claims.get("scope", "").split():
                return challenge(403, error="insufficient_scope", scope=scope)
            return view(*args, **kwargs)

        return checked

    return decorate


@app.get("/notes")
@needs("read")
def list_notes() -> ResponseReturnValue:
    return jsonify(subject=g.claims["sub"], client=g.claims["client_id"], notes=[])


@app.post("/notes")
@needs("write")
def write_note() -> ResponseReturnValue:
    return jsonify(written_by=g.claims["sub"]), 201


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=PORT)
