/** One rule of the check, for whoever has to mend what it found. */
interface RuleText {
  /** What is wrong. */
  means: string;
  /** What to do about it. */
  mend: string;
  /** It works and is unwise: the process starts all the same. */
  warning?: true;
}

const chapter = <Rules extends Record<string, RuleText>>(rules: Rules): Rules => rules;
const warning = true;

const files = chapter({
  yaml_syntax: {
    means: 'The file is no YAML from this place on.',
    mend: 'Look for a missing bracket or quote, a tab, or a wrong indentation just before.',
  },
  yaml_alias: {
    means: 'YAML can name a part of the file and use it again. Here every value stands where it is used.',
    mend: 'Write the value out.',
  },
  yaml_tag: { means: 'A tag such as `!thing` gives a value a type that nobody here knows.', mend: 'Remove it.' },
  duplicate_key: {
    means: 'The same key stands twice in one mapping; only the first would count.',
    mend: 'Remove one of them.',
  },
  unknown_key: {
    means: 'Nobody reads this key: it is misspelt, or stands in another section than it belongs to.',
    mend: 'Take the key that is proposed, or remove it.',
  },
  missing_key: { means: 'Something that has no default is not there.', mend: 'Add it.' },
  wrong_type: {
    means: 'A text stands where a number, a list or a mapping belongs, or the other way round.',
    mend: 'Write it as the line says. What YAML would read as a number or as true needs quotes to be a text.',
  },
  wrong_value: {
    means: 'The type is right and the value is none of those that are accepted.',
    mend: 'Take one of them.',
  },
  missing_file: {
    means: 'A file that the configuration names is not there, or this account may not read it.',
    mend: 'Compare the path, which begins at the folder of the config file, and the permissions.',
  },
  missing_variable: {
    means: 'An environment variable that the file uses is not set, or empty.',
    mend: 'Set it, or give a default: `${NAME:-default}`.',
  },
  needs_restart: {
    means: 'What changed while Gatehouse runs is read only when it starts.',
    mend: 'Restart it, or take the change back; everything else is taken without.',
  },
  malformed_substitution: {
    means: 'Something begins like a placeholder and is none.',
    mend: 'There are `${NAME}`, `${NAME:-default}` and `${file:/path}`.',
  },
  unquoted_substitution: {
    means: 'Inside { } or [ ] YAML takes the braces of a placeholder for a mapping.',
    mend: 'Put the placeholder into quotes.',
  },
});

const issuer = chapter({
  issuer_url: { means: 'The issuer is no URL.', mend: 'Write the origin under which everybody reaches it.' },
  issuer_path: { means: 'The issuer has a path: it is the origin alone.', mend: 'Serve it under a name of its own.' },
  issuer_trailing_slash: {
    means: 'Clients compare the issuer letter by letter, and a slash is a letter.',
    mend: 'Remove it.',
  },
  issuer_query: { means: 'An issuer has no query (OpenID Connect Discovery 3).', mend: 'Remove it.' },
  issuer_fragment: { means: 'An issuer has no fragment (OpenID Connect Discovery 3).', mend: 'Remove it.' },
  issuer_credentials: { means: 'An issuer has no name or password.', mend: 'Remove them.' },
  issuer_spelling: {
    means: 'A browser would write the same address otherwise: capitals, or the port that the scheme implies.',
    mend: 'Write it as the line proposes.',
  },
  issuer_http: { means: 'Only a loopback issuer may be http.', mend: 'Use https.' },
  issuer_http_in_production: { means: 'A real issuer is https.', mend: 'Use https, or `mode: development`.' },
  issuer_port: {
    means: 'The issuer on this machine names another port than the one that is listened on.',
    mend: 'Make `issuer` and `http.port` agree.',
    warning,
  },
  development_convenience: {
    means: 'The simulator, the demo, the mailbox and generated keys are for a developer alone.',
    mend: 'Switch them off under `development:`, or use a loopback issuer.',
  },
  exposed_development: {
    means: 'Others may reach the port, and with it what development mode brings: mails with their codes, too.',
    mend: 'Listen on 127.0.0.1.',
    warning,
  },
  limits_off: { means: 'Without limits passwords and codes can be tried without end.', mend: 'Leave them on.' },
  open_registration: {
    means: 'Anybody on the internet could register an app, and send people here in its name.',
    mend: 'Leave `initial_access_tokens: required`, and make tokens with `clients token` (docs/registration.md).',
  },
  loopback_for_strangers: {
    means: 'What an app says of itself could make Gatehouse call an address of its own machine.',
    mend: 'Remove the key: it is for tests.',
  },
  embedded_database: {
    means: 'The embedded PostgreSQL serves one process, and nobody makes backups of it.',
    mend: 'Name a database of yours in `database.url`.',
    warning,
  },
  bad_key: {
    means: 'This is not 32 bytes in base64.',
    mend: '`openssl rand -base64 32` prints such a key.',
  },
  unused_domains: {
    means: '`signup.domains` restricts nothing under this policy.',
    mend: 'Say `allow: domains`, or remove the list.',
  },
});

const ids = chapter({
  duplicate_id: { means: 'Two entries have one id, perhaps in two files.', mend: 'Rename or remove one of them.' },
  reserved_id: {
    means: 'Ids that begin with `gatehouse-` are our own, and `local` is no upstream.',
    mend: 'Take another.',
  },
  unknown_resource: {
    means: 'Something is let to an API that is not configured.',
    mend: 'Compare it with the ids under `resources:`.',
  },
  unknown_upstream: {
    means: 'A client takes people from an upstream that is not configured.',
    mend: 'Compare it with the ids under `upstreams:`.',
  },
});

const upstreams = chapter({
  upstream_issuer: { means: 'The issuer of an upstream is not https, or is ourselves.', mend: 'Correct the address.' },
  upstream_address: { means: 'An address of an upstream is not https.', mend: 'Correct the address.' },
  missing_credentials: {
    means: 'Without its id and secret nobody can be sent to this upstream.',
    mend: 'Register at the upstream (docs/upstreams.md), or say `enabled: false`.',
  },
  duplicate_domain: {
    means: 'Two upstreams claim the addresses of one domain.',
    mend: 'Leave the domain at one of them.',
  },
  unusable_key: { means: 'The private key of an upstream cannot be read.', mend: 'It is PKCS #8 in PEM.' },
  linking_verified: {
    means: 'The word of this upstream joins accounts whose address it does not own.',
    mend: 'Prefer `linking: authoritative` (docs/linking.md).',
    warning,
  },
  email_trusted: {
    means: 'This upstream is believed about addresses further than its preset is.',
    mend: 'Be sure that nobody can choose an address freely there (docs/linking.md).',
    warning,
  },
  upstream_without_secret: {
    means: 'Whoever knows our id at this upstream can redeem a stolen code there.',
    mend: 'Register a secret or a key there, where the upstream allows it.',
    warning,
  },
  pkce_off: {
    means: 'Without PKCE a stolen code can be redeemed.',
    mend: 'Leave it on, unless the server refuses it.',
    warning,
  },
  shared_secret_signature: {
    means: 'Whoever knows the client secret can make ID tokens of this upstream.',
    mend: 'Prefer RS256 or ES256.',
    warning,
  },
  hint_without_restriction: {
    means: 'The upstream is asked for people of one organisation, and nobody checks that they are.',
    mend: 'Add `restrict` or `allowed_domains`.',
    warning,
  },
});

const uris = chapter({
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

const secrets = chapter({
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

const keys = chapter({
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

const running = chapter({
  needs_restart: {
    means: 'The file is right, and a process that runs cannot take this key: none of its changes was taken.',
    mend: 'Restart the process, or put the key back to have the rest taken. `config check` never says this.',
  },
});

const protocol = chapter({
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
    mend: 'List `domains` or `addresses`, or remove the key.',
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

/** The rules by chapter, in the order in which the documentation has them. */
export const ruleBook = {
  'Files and values': files,
  'The issuer and its mode': issuer,
  Ids: ids,
  Upstreams: upstreams,
  'URIs of clients': uris,
  'Secrets of clients': secrets,
  'Keys of clients': keys,
  'The protocol': protocol,
  'While it runs': running,
};

const known: ReadonlySet<string> = new Set(Object.values(ruleBook).flatMap((rules) => Object.keys(rules)));

/** Where a rule is explained; undefined for one that nobody has written down. */
export function docsOf(rule: string): string | undefined {
  return known.has(rule) ? `docs/config-rules.md#${rule}` : undefined;
}
