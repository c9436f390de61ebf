import { chapter, warning } from './chapter.ts';

/** What can be wrong with any file and any value. */
export const files = chapter({
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
  malformed_substitution: {
    means: 'Something begins like a placeholder and is none.',
    mend: 'There are `${NAME}`, `${NAME:-default}` and `${file:/path}`.',
  },
  unquoted_substitution: {
    means: 'Inside { } or [ ] YAML takes the braces of a placeholder for a mapping.',
    mend: 'Put the placeholder into quotes.',
  },
});

/** The issuer, its mode, and what it must have. */
export const issuer = chapter({
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
  development_processes: {
    means:
      'The demo app and the simulator remember in their process what they do; several processes would not know it.',
    mend: 'Leave `http.processes` at 1, or switch them off under `development:`.',
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
    means: 'The embedded PostgreSQL serves one machine, and nobody makes backups of it.',
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

/** What entries of lists are called, and call one another. */
export const ids = chapter({
  duplicate_id: { means: 'Two entries have one id, perhaps in two files.', mend: 'Rename or remove one of them.' },
  reserved_id: {
    means: 'Ids that begin with `gatehouse-` are our own, and `local` is no upstream.',
    mend: 'Take another.',
  },
  no_resources: {
    means: 'A client that acts in its own name gets tokens for no API unless they are named.',
    mend: 'Name the APIs and their scopes under `resources` of the client: `{ https://api.acme.example: [read] }`, or `{}` for none.',
    warning,
  },
  unknown_resource: {
    means: 'Something is let to an API that is not configured.',
    mend: 'Compare it with the ids under `resources:`.',
  },
  unknown_client: {
    means: 'A client exchanges the tokens of an app, or of an API, that is not configured.',
    mend: 'Compare `exchange.from` with the ids under `resources:` and `clients:`. Ids of apps that bring themselves count while `protocol.registration` or `protocol.client_id_metadata` lets them in.',
  },
  unknown_group: {
    means: 'A client lets in a group that no upstream gives.',
    mend: 'Compare it with `groups` of the upstream: `<id>:<name>` for what it allows, the name alone for what it maps.',
  },
  unknown_upstream: {
    means: 'A client takes people from an upstream that is not configured.',
    mend: 'Compare it with the ids under `upstreams:`.',
  },
});

/** Where people come from. */
export const upstreams = chapter({
  counts_no_groups: {
    means: 'The groups of an upstream are read, and none of them counts.',
    mend: 'Name them under `allow` or `map`, or remove `groups`.',
  },
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

/** What only a process that runs can say. */
export const running = chapter({
  needs_restart: {
    means: 'The file is right, and a process that runs cannot take this key: none of its changes was taken.',
    mend: 'Restart the process, or put the key back to have the rest taken. `config check` never says this.',
  },
});
