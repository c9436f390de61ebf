/** A refusal of the protocol engine in our words. */
interface Refusal {
  /** The rule, where it is not just metadata that cannot be so. */
  rule?: string;
  /** The metadatum it is about, when the engine names one. */
  key?: string;
  message: string;
  accepted?: string;
}

const SECRET = 'a random text of 22 characters or more, or another type for an app that cannot keep a secret';
const REDIRECT_URIS = 'a list such as [https://app.acme.example/callback]';

/** What fits where the engine only says that something is missing. */
const EXAMPLES: Record<string, string> = {
  client_secret: SECRET,
  redirect_uris: REDIRECT_URIS,
  sector_identifier_uri: 'the https URL of a JSON list of all redirect_uris',
};

/** The rules of what is missing. */
const MISSING: Record<string, string> = {
  client_secret: 'missing_secret',
  redirect_uris: 'missing_redirect_uris',
  sector_identifier_uri: 'missing_sector_identifier',
};

type Words = (key: string, rest: string) => Omit<Refusal, 'key'>;

const needed: Words = (key) => {
  const rule = MISSING[key];
  return { ...(rule !== undefined && { rule }), message: `this client needs ${key}`, accepted: EXAMPLES[key] };
};
const wrong =
  (accepted: string): Words =>
  (key) => ({ message: `${key} cannot be this`, accepted });
const oneOf: Words = (key, rest) => {
  // What we sign with hangs on our keys.
  const rule = key.endsWith('_signed_response_alg') ? { rule: 'algorithm_without_key' } : {};
  return { ...rule, message: `${key} cannot be this`, accepted: rest.replaceAll(/['"]/g, '') };
};

/** The sentences of the engine's client schema that an admin can bring about, each behind the name of its metadatum. */
const SENTENCES: [pattern: RegExp, words: Words][] = [
  [/^must contain members$/, needed],
  [/^is mandatory property$/, needed],
  [/^is mandatory property when (\w+) is provided$/, (key, when) => ({ message: `${when} needs ${key} beside it` })],
  [/^must be a boolean$/, wrong('true or false')],
  [/^must be an array$/, wrong('a list')],
  [/^must only contain strings$/, wrong('a list of texts')],
  [/^must be a non-empty string if provided$/, wrong('a text')],
  [/^must be a non-negative integer$/, wrong('a whole number from 0 on')],
  [/^must be a (?:web|https) uri$/, wrong('a URL that begins with https://')],
  [/^must only contain (?:web |https |valid )?uris$/, wrong('a list of URLs')],
  [/^(?:must be empty|must not be provided) \(no values are allowed\)$/, wrong('no such key: it is not served here')],
  [/^can only contain email addresses$/, wrong('a list of e-mail addresses')],
  [
    /^must only contain Authorization Server supported scope values$/,
    (key) => ({
      rule: 'unknown_scope',
      message: `${key} names a scope that is not served here`,
      accepted: 'scopes_supported of the discovery document; those of an API need no mention',
    }),
  ],
  [
    /^for web clients using implicit flow /,
    () => ({
      message: 'tokens in an address go to https alone, and not to localhost',
      accepted: 'https redirect URIs, or response_types: [code]',
    }),
  ],
  [
    /^must not include "token" when (\w+) is used$/,
    (_, bound) => ({
      message: `a token in an address is bound to nothing, and ${bound} asks for that`,
      accepted: '[code]',
    }),
  ],
  [
    /^is nothing for a client that cannot keep a secret$/,
    () => ({ message: 'an app that cannot keep a secret exchanges no tokens', accepted: 'type: service or web' }),
  ],
  [
    /^is no policy: /,
    wrong('{ from: [ids of APIs or clients], to: [ids of APIs] }, with scopes and impersonation if need be'),
  ],
  [/^can only contain (.+)$/, oneOf],
  [/^must be (['"].+)$/, oneOf],
];

const JWKS = 'jwks or jwks_uri';
const TLS_SUBJECTS = 'one of tls_client_auth_subject_dn, _san_dns, _san_uri, _san_ip and _san_email';

/** Those that do not begin with their metadatum. */
const WHOLE_SENTENCES: Record<string, Refusal> = {
  'jwks or jwks_uri is mandatory for this client': {
    key: 'jwks',
    rule: 'missing_keys',
    message: 'what this client uses needs its public keys',
    accepted: JWKS,
  },
  'jwks and jwks_uri must not be used at the same time': {
    key: 'jwks',
    rule: 'two_key_sources',
    message: 'the public keys of a client stand in one place',
    accepted: JWKS,
  },
  'client JSON Web Key Set is invalid': {
    key: 'jwks',
    rule: 'bad_jwks',
    message: 'this is no set of public keys',
    accepted: 'a mapping such as { keys: [{ kty: EC, crv: P-256, x: …, y: … }] }',
  },
  'only one proof of possession mechanism can be made required at a time': {
    key: 'dpop_bound_access_tokens',
    message: 'access tokens are bound to a key or to a certificate',
    accepted: 'dpop_bound_access_tokens or tls_client_certificate_bound_access_tokens',
  },
  'tls_client_auth requires one of the certificate subject value parameters': {
    key: 'token_endpoint_auth_method',
    message: 'tls_client_auth needs to know what the certificate says',
    accepted: TLS_SUBJECTS,
  },
  'only one tls_client_auth certificate subject value must be provided': {
    key: 'token_endpoint_auth_method',
    message: 'tls_client_auth goes by one thing that the certificate says',
    accepted: TLS_SUBJECTS,
  },
};

/** Says in our words what the engine's client schema refuses; of a sentence that is not known, only what it is about. */
export function inOurWords(sentence: string, keys: readonly string[]): Refusal {
  const whole = WHOLE_SENTENCES[sentence];
  if (whole) return whole;
  const key = (sentence.match(/\b[a-z]+(?:_[a-z]+)*\b/g) ?? []).find((word) => keys.includes(word));
  if (key === undefined) return { message: 'the protocol engine refuses this client' };
  const rest = sentence.startsWith(`${key} `) ? sentence.slice(key.length + 1) : '';
  for (const [pattern, words] of SENTENCES) {
    const match = pattern.exec(rest);
    if (match) return { key, ...words(key, match[1] ?? '') };
  }
  return { key, message: `the protocol engine refuses this client: ${key}` };
}
