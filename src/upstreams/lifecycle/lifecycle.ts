/** How an upstream talks to us: Meta, Google (RISC), Apple, Kakao, and OpenID Connect Back-Channel Logout. */
export type DialectName = 'signed_request' | 'security_event' | 'apple' | 'kakao' | 'logout_token';

/** Which token of an upstream ends a connection there. */
export type KeptToken = 'refresh_token' | 'access_token';

/**
 * The request that ends a connection at the upstream. `{token}`, `{subject}`, `{client_id}`, `{client_secret}`, `{basic}` (the
 * two as HTTP Basic) and `{admin_key}` are filled in, in the path too.
 */
export interface Revocation {
  /** A name in `endpoints`. */
  endpoint: string;
  /** Behind it. */
  path?: string;
  method: 'POST' | 'DELETE';
  headers?: Record<string, string>;
  form?: Record<string, string>;
  json?: Record<string, string>;
  /** Says who we are as at the token endpoint; for forms. */
  as_client?: true;
  /** Absent: the subject is enough. */
  token?: KeptToken;
}

/** What goes on at a kind of upstream beside signing in. Data, as all of a preset. */
export interface Lifecycle {
  /** How it tells us of its accounts. */
  events?: {
    dialect: DialectName;
    /** Spellings of its issuer in what it sends, where they are others than in ID tokens. */
    issuers?: string[];
    /** Where to switch it on. */
    register: string;
  };
  revocation?: Revocation;
  /** How people sign out there too, at the endpoint `end_session`: the parameters beside `client_id` and `state`. */
  logout?: { return_as: string; hint?: boolean };
}

/** RFC 7009: the client says who it is as it does at the token endpoint. */
export const rfc7009: Revocation = {
  endpoint: 'revocation',
  method: 'POST',
  form: { token: '{token}', token_type_hint: 'refresh_token' },
  as_client: true,
  token: 'refresh_token',
};
