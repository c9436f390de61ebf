import { chapter, warning } from './chapter.ts';

/** Where people are sent, and what we call. */
export const uris = chapter({
  invalid_uri: { means: 'This is not an absolute URI.', mend: 'Begin with https://, or with the scheme of the app.' },
  insecure_uri: {
    means: 'People or keys would travel in the clear, or to something that is no app.',
    mend: 'Use https; http only on loopback, in development mode or for a native app.',
  },
  uri_fragment: { means: 'A URI here has no fragment (RFC 6749 3.1.2).', mend: 'Remove what begins with #.' },
  uri_wildcard: {
    means: 'URIs are compared letter by letter, so that nobody can slip in between (RFC 9700 2.1).',
    mend: 'Make one entry per URI.',
  },
  uri_credentials: { means: 'A URI here has no user name or password.', mend: 'Remove them.' },
  uri_placeholder: {
    means: 'The URI holds what looks like a pattern, and is compared letter by letter all the same.',
    mend: 'Make one entry per URI.',
    warning,
  },
  duplicate_uri: { means: 'A URI stands twice in one list.', mend: 'Remove one of them.', warning },
  swapped_uris: {
    means:
      'A URI looks as if it belonged under another key: the callback, the page after signing out, the home of the app.',
    mend: 'Compare `redirect_uris`, `post_logout_redirect_uris`, `client_uri` and `backchannel_logout_uri`.',
    warning,
  },
  open_redirect: {
    means: 'A page that sends people on to an address in its query lets a stranger send them anywhere from here.',
    mend: 'Register a page that does not.',
    warning,
  },
  loopback_name: {
    means: 'A native app listens on `localhost`, a name that a machine can resolve elsewhere (RFC 8252 8.3).',
    mend: 'Register http://127.0.0.1 and http://[::1]; the port is free for a native app.',
    warning,
  },
  shared_redirect_uri: {
    means: 'Two clients get their codes at one address, where each could take those of the other.',
    mend: 'Give each client an address of its own.',
    warning,
  },
  missing_post_logout: {
    means: 'Who signs out of this app cannot come back to it.',
    mend: 'Add `post_logout_redirect_uris`.',
    warning,
  },
  unused_uris: {
    means: 'This client never gets a code, so that nobody is sent to these addresses.',
    mend: 'Remove them, or take another `type`.',
    warning,
  },
  first_party_foreign: {
    means: 'An app under a foreign domain is called one of your own: nobody is asked before it learns who they are.',
    mend: 'Say `first_party: false`, unless the domain is yours.',
    warning,
  },
  missing_redirect_uris: {
    means: 'A client that people sign in to needs the addresses to which they come back.',
    mend: 'Add `redirect_uris`.',
  },
  missing_sector_identifier: {
    means: 'Pairwise subjects of a client with several hosts need to know which sector it belongs to (OIDC Core 8.1).',
    mend: 'Add `sector_identifier_uri`, the https address of a JSON list of all redirect URIs.',
  },
});

/** What a client proves itself with. */
export const secrets = chapter({
  missing_secret: {
    means: 'This client proves itself with a secret and has none.',
    mend: 'Add `client_secret`, or take a `type` for apps that cannot keep one.',
  },
  public_client: {
    means: 'An app in a browser or on a device cannot keep a secret, and always needs PKCE (RFC 9700 2.1.1, 2.5).',
    mend: 'Remove the secret, or say `type: web` if a server keeps it.',
  },
  secret_with_none: {
    means: 'The client has a secret and says that it need not prove itself: anybody could be it.',
    mend: 'Remove `token_endpoint_auth_method: none`, or the secret.',
  },
  secret_form: { means: 'A secret in the list has both a value and a hash, or neither.', mend: 'Leave one of them.' },
  weak_secret: {
    means: 'The secret is short enough to be guessed.',
    mend: 'Take one of `./gatehouse clients secret`.',
  },
  secret_as_key: {
    means: 'client_secret_jwt, HS256 and symmetric encryption use the secret as a key; of a hash nobody can make one.',
    mend: 'Give the secret in plain, or use private_key_jwt, RS256 or ES256.',
  },
  first_secret_is_key: {
    means: 'One secret is the key. The app has to use that one, and a second one is none.',
    mend: 'Put the newest first, and change the app at the same time; private_key_jwt rotates without that.',
    warning,
  },
  secret_expiry_twice: {
    means: '`client_secret_expires_at` is for a single secret.',
    mend: 'Say `expires_at` at each entry of `client_secrets`.',
  },
  secret_expired: { means: 'The secret is over.', mend: 'Remove it; the app needs another one.', warning },
  secret_expires_soon: {
    means: 'The secret ends within 30 days.',
    mend: 'Add the next one beside it, change the app, and then remove this one.',
    warning,
  },
  shared_secret: {
    means: 'One secret stands at two clients, or twice at one: each could be the other.',
    mend: 'Make one for each with `./gatehouse clients secret`.',
    warning,
  },
  unused_secret: {
    means: 'The client signs with its own key, so that the secret is only one more thing to lose.',
    mend: 'Remove it.',
    warning,
  },
});

/** Keys of clients, and what their algorithms need. */
export const keys = chapter({
  missing_keys: {
    means: 'The client signs something, or gets something encrypted, and we do not know its public keys.',
    mend: 'Add `jwks_uri`, or `jwks`.',
  },
  two_key_sources: { means: 'Both `jwks` and `jwks_uri` are there (RFC 7591 2).', mend: 'Leave one of them.' },
  bad_jwks: { means: 'This is no JSON Web Key Set (RFC 7517 5).', mend: 'It is `{ keys: [...] }` of public keys.' },
  private_key_in_jwks: {
    means: 'The private half of a key stands in the configuration.',
    mend: 'Make a new key pair at the app, and write its public half here.',
  },
  algorithm_without_key: {
    means: 'Neither we nor the client have a key for this algorithm.',
    mend: 'Take RS256 or ES256 for what we sign, and an algorithm of its own keys for what the client signs.',
  },
});

/** What the protocol offers to clients, and what they want of it. */
export const protocol = chapter({
  client_metadata: {
    means: 'The protocol engine refuses this metadatum of a client.',
    mend: 'Take what the line accepts (OpenID Connect Registration 2, RFC 7591 2).',
  },
  feature_off: {
    means: 'This belongs to a part of the protocol that is not switched on.',
    mend: 'Switch it on under `protocol:`, with the key that the line names, or remove it here.',
  },
  proxy_missing: {
    means: 'Certificates of clients are told by a proxy that ends TLS in front of us, and none is trusted.',
    mend: 'Say how many there are with `http.trusted_hops`; the outermost one must set both headers itself, on every request.',
  },
  unknown_scope: {
    means: 'A scope is not served here.',
    mend: 'Compare it with `scopes_supported` of the discovery document.',
  },
  allows_nobody: {
    means: 'A client with an empty `allow` could be used by nobody.',
    mend: 'List `domains`, `groups` or `addresses`, or remove the key.',
  },
  pkce_not_required: {
    means: 'This client may leave out PKCE, which protects against stolen codes.',
    mend: 'Remove `require_pkce: false` as soon as its library can do PKCE.',
    warning,
  },
  front_channel_tokens: {
    means: 'Tokens come back in an address, which browsers and servers keep (RFC 9700 2.1.2).',
    mend: 'Use `response_types: [code]`.',
    warning,
  },
  long_lifetime: {
    means: 'Something that lets its holder in lives long.',
    mend: 'A day is enough for access and ID tokens, half a year for a refresh token that nobody uses.',
    warning,
  },
  idle_beyond_max: {
    means: 'A refresh token may lie unused for longer than its line lives.',
    mend: 'Make `refresh_token_idle` shorter than `refresh_token_max`.',
    warning,
  },
});
