import type { Client, errors, KoaContextWithOIDC } from 'oidc-provider';

/** An error of the library, as it tells its listeners. */
export type ProtocolError = Pick<errors.OIDCProviderError, 'error' | 'error_description' | 'error_detail'>;

/** What a sentence is made of. */
interface Facts {
  client: Client | undefined;
  received: (name: string) => string;
  /** The library's own words: those that it keeps to itself, else those that it tells. */
  said: string;
}

type Sentence = (facts: Facts) => string;

/** By the library's own words, which are the only thing that tells its errors apart. First match wins. */
const sentences: readonly (readonly [RegExp, Sentence])[] = [
  [
    /^unsupported response_type/,
    ({ received }) =>
      `response_type '${received('response_type')}' is not offered here: see response_types_supported, and protocol.response_types`,
  ],
  [
    /^requested response_type is not allowed/,
    ({ received, client }) =>
      `response_type '${received('response_type')}' is not registered for this client: its response_types are ${listed(client?.responseTypes)}`,
  ],
  [
    /^unsupported response_mode/,
    ({ received }) => `response_mode '${received('response_mode')}' is not offered here: see response_modes_supported`,
  ],
  [
    /^requested response_mode is not allowed/,
    ({ received }) => `response_mode '${received('response_mode')}' is not for this client or this response_type`,
  ],
  [
    /^unsupported grant_type/,
    ({ received }) => `grant_type '${received('grant_type')}' is not offered here: see grant_types_supported`,
  ],
  [
    /^requested grant type is not allowed/,
    ({ received, client }) =>
      `grant_type '${received('grant_type')}' is not registered for this client: its grant_types are ${listed(client?.grantTypes)}`,
  ],
  [
    /^\S+ is not allowed for this client$/,
    ({ said, client }) => `${said}: its grant_types are ${listed(client?.grantTypes)}`,
  ],
  [
    /^requested scope is not allowed/,
    ({ received, client }) =>
      `of the scopes '${received('scope')}' this client may ask for '${client?.scope ?? ''}' only (scope of the client)`,
  ],
  [
    /^(?:this resource is not known here|resource indicator is missing, or unknown)/,
    ({ received }) =>
      `resource '${received('resource')}' is not known here: it must be an id of resources, letter for letter`,
  ],
  [
    /^not supported value of code_challenge_method/,
    ({ received }) => `code_challenge_method '${received('code_challenge_method')}' is not supported: send S256`,
  ],
  [
    /^code_challenge_method must be provided/,
    () => 'code_challenge came without its method: send code_challenge_method=S256',
  ],
  [
    /^unsupported prompt value/,
    ({ received }) => `prompt '${received('prompt')}' is not offered here: see prompt_values_supported`,
  ],
  [/^authorization code not found/, () => 'the code is not known: it is not ours, or has ended long ago'],
  [/^authorization code is expired/, () => 'the code has ended: redeem it at once (lifetimes.authorization_code)'],
  [/^authorization code already consumed/, () => 'the code was redeemed before: what it gave has ended'],
  [
    /^authorization code redirect_uri mismatch/,
    ({ received }) => `redirect_uri '${received('redirect_uri')}' is not the one of the authorization request`,
  ],
  [
    /^refresh token not found/,
    () => 'the refresh token is not known: its session or its grant has ended, or it is not ours',
  ],
  [/^refresh token is expired/, () => 'the refresh token has ended (lifetimes.refresh_token_idle, refresh_token_max)'],
  [
    /^refresh token already used/,
    () => 'the refresh token was used before: keep the new one of each answer; the whole line has ended',
  ],
  [/^code_verifier must be provided/, () => 'code_verifier is missing: the authorization request had a code_challenge'],
  [/^code_verifier does not match/, () => 'code_verifier is not the one that code_challenge was made of'],
  [/^client mismatch/, () => 'it was given to another client'],
  [/^grant (?:not found|is expired)/, () => 'what the person allowed was taken back, or has ended'],
];

/** What was wrong with how the client authenticated. It is told to developers on their own machine; `explain` has it, too. */
const authentication: readonly (readonly [RegExp, Sentence])[] = [
  [/^client not found/, ({ received }) => `no client has the client_id '${received('client_id')}'`],
  [
    /^the provided authentication mechanism does not match/,
    ({ client }) =>
      `this client authenticates by ${client?.clientAuthMethod ?? 'another way'} (token_endpoint_auth_method)`,
  ],
  [/^invalid secret provided/, () => 'the client_secret is not the one of the configuration'],
];

/** The precise cause of a refusal in one sentence, or undefined where the library says it well enough. */
export function preciseSentence(ctx: KoaContextWithOIDC, error: ProtocolError): string | undefined {
  const { client, params } = ctx.oidc;
  const said = error.error_detail ?? error.error_description ?? '';
  const received = (name: string) => plain(params?.[name] ?? ctx.query[name]);
  const table = error.error === 'invalid_client' ? authentication : sentences;
  return table.find(([sentence]) => sentence.test(said))?.[1]({ client, received, said });
}

/** By which way a client authenticated, or tried to. Never what it sent. */
export function authenticationOf({ headers, oidc }: Pick<KoaContextWithOIDC, 'headers' | 'oidc'>): string {
  const sent = (name: string) => oidc.params?.[name] !== undefined || oidc.body?.[name] !== undefined;
  if (headers.authorization !== undefined) return 'client_secret_basic';
  if (sent('client_assertion')) return 'a client_assertion';
  return sent('client_secret') ? 'client_secret_post' : 'none';
}

const LONGEST = 100;

/** What came, in the characters that an error_description may have (RFC 6749 4.1.2.1). */
function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  return text.slice(0, LONGEST).replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?');
}

function listed(values: readonly string[] = []): string {
  return values.length > 0 ? values.map((value) => `'${value}'`).join(', ') : 'none';
}
