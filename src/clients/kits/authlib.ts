import type { Kit } from './kit.ts';

/** Authlib with Flask. The notes are for who comes from an older tutorial. */
export const authlib: Kit = {
  id: 'authlib',
  name: 'Authlib (Flask)',
  file: 'app.py',
  quoting: 'json',
  comment: '#',
  types: ['web'],
  auth: { client_secret_basic: 'client_secret_basic', client_secret_post: 'client_secret_post' },
  followsDiscovery: true,
  notes: [
    'pip install "authlib>=1.6" flask requests. FLASK_SECRET signs the cookie of the session: 32 random bytes.',
    'From Tornado with GoogleOAuth2Mixin: the mixin makes no state and checks no ID token. Take the URLs from discovery, and check state, nonce and the signature yourself, or put Authlib in its place.',
    'From Flask with Facebook and an API with its own JWT: add resource="https://api..." to authorize_redirect and to authorize_access_token. The API then checks our at+jwt (iss, aud, exp, RS256) and signs nothing itself.',
    'From Authlib with Google: server_metadata_url is the only line that changes; the key of a person is sub, never the address.',
    'From Flask-OAuth with the userinfo of Google: oauth.gatehouse.userinfo() gives the standard claims; names and addresses are there, not in the ID token.',
    'From Authlib with a sign-up page of its own: send people with prompt="create"; keep only what your app adds, under sub.',
  ],
  text: `import os
from urllib.parse import urlencode

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, redirect, session

app = Flask(__name__)
app.secret_key = os.environ['FLASK_SECRET']
app.config.update(SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE='Lax', SESSION_COOKIE_SECURE=True) «!insecure»
app.config.update(SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE='Lax') «?insecure»
oauth = OAuth(app)
oauth.register(
    'gatehouse',
    server_metadata_url=«discovery»,
    client_id=«client_id»,
    client_secret=os.environ[«secret_variable»],
    client_kwargs={
        'scope': «scope»,
        'code_challenge_method': 'S256',
        'token_endpoint_auth_method': «auth_method»,
        'default_timeout': 10,
    },
)


@app.get('/login')
def login():
    return oauth.gatehouse.authorize_redirect(«redirect_uri»)


@app.get(«redirect_path»)
def callback():
    try:
        token = oauth.gatehouse.authorize_access_token()
    except OAuthError as error:
        return jsonify(error=error.error, description=error.description), 400
    userinfo = oauth.gatehouse.userinfo(token=token)
    session.clear()
    session['sub'] = userinfo['sub']
    session['id_token'] = token['id_token']
    return jsonify(userinfo)


@app.post('/logout')
def logout():
    end = oauth.gatehouse.load_server_metadata()['end_session_endpoint']
    query = {'id_token_hint': session.pop('id_token', ''), 'post_logout_redirect_uri': «post_logout_redirect_uri»}
    query = {'id_token_hint': session.pop('id_token', '')} «!post_logout_redirect_uri»
    session.clear()
    return redirect(f'{end}?{urlencode(query)}', 303)
`,
};
