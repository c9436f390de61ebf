import type { Lifecycle } from './lifecycle/lifecycle.ts';
import type { Condition } from './mapping/conditions.ts';
import type { Mapping } from './mapping/mapping.ts';

/** Addresses of an upstream. `{name}` is filled in from `vars` at start. Further names are for sources. */
export interface Endpoints {
  authorization: string;
  token: string;
  jwks?: string;
  userinfo?: string;
  [other: string]: string | undefined;
}

/** How an app proves to a token endpoint who it is (OIDC Core 9); `signed_secret` is Apple's: a JWT of ours as `client_secret`. */
export const tokenAuths = [
  'client_secret_post',
  'client_secret_basic',
  'client_secret_jwt',
  'private_key_jwt',
  'signed_secret',
  'none',
] as const;
/** One of these. */
export type TokenAuth = (typeof tokenAuths)[number];

/** An answer of an API, asked with the access token of this very login. */
export interface HttpSource {
  name: string;
  from: 'http';
  /** A name in `endpoints`. When discovery names no such endpoint, the source stays empty. */
  endpoint: string;
  params?: Record<string, string> | undefined;
  headers?: Record<string, string> | undefined;
  /** Adds Meta's HMAC of the access token, so that a token stolen elsewhere is of no use here. */
  appsecret_proof?: boolean;
  /** The path that must hold the subject of the ID token (OIDC Core 5.3.2). */
  same_subject?: string;
  /** A refusal leaves the source empty instead of ending the login. */
  optional?: boolean | undefined;
  /** Must hold about the answer (under the source's name), for upstreams that say "failed" with status 200. */
  ok_when?: Condition | undefined;
}

/** One answer that claims are mapped from. */
export type Source =
  | { name: string; from: 'id_token' }
  /** A parameter of the callback that holds JSON. Anybody can change it on its way: never an address, never a subject. */
  | { name: string; from: 'callback'; field: string }
  | HttpSource;

/** How a wish of ours is put to an upstream: under which name, and in whose words. With `values`, other words are dropped. */
export interface Forward {
  as: string;
  values?: Record<string, string>;
}

/** What a page may wish for; each upstream takes some of it. */
export type WishName = 'login_hint' | 'prompt' | 'ui_locales' | 'max_age' | 'acr_values' | 'idp_chain';

/** An upstream of many tenants, each of which is an issuer of its own: `{<claim>}` in `issuer` stands for the tenant. */
export interface Tenancy {
  /** The claim that names the tenant, a GUID. */
  claim: string;
  /** What `tenant` in the config file may say beside one tenant's GUID, and what must hold about who comes then. */
  classes: Record<string, Condition[]>;
  default: string;
}

/** The GUID of a tenant, as tokens write it. */
export const TENANT_GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Where the facts of a preset were read, and whether somebody has seen them work. */
export interface Evidence {
  checked: 'live' | 'documentation';
  /** The day of which they are. */
  date: string;
  urls: string[];
}

/** What is known of a kind of upstream: data only. Same keys as the config file wherever an admin may change them. */
export interface Preset {
  /** What people read on the button; absent where the config file must say it. */
  name?: string;
  source: Evidence;
  protocol: 'oidc' | 'oauth2';
  /** Pinned issuer, part of the account key. Absent: from the settings, with discovery. */
  issuer?: string;
  /** Origins that a trip passes by redirect before the first page is shown: the page that begins it must allow them. */
  further_origins?: string[];
  /** Other spellings that tokens and callbacks may carry for the same issuer. */
  issuer_aliases?: string[];
  tenancy?: Tenancy;
  /** `iss` on the callback (RFC 9207): `ignored` for upstreams of which nobody knows what they would send. */
  callback_iss: 'if-advertised' | 'optional' | 'ignored';
  endpoints?: Endpoints;
  vars?: Record<string, string>;
  /** What is different where people run it themselves, under the `base_url` of the config file. */
  self_managed?: Partial<Preset>;
  /** None: the upstream's own console decides what is asked for. */
  scopes: string[];
  scope_delimiter: ' ' | ',';
  response_mode?: 'query' | 'form_post';
  pkce: 'S256' | 'off';
  /** `accept-missing`: compared when it comes back. */
  nonce: 'required' | 'accept-missing' | 'off';
  params?: Record<string, string>;
  /** Parameters that only propose an organisation, and the path whose value proves it. */
  hints?: Record<string, string>;
  forward: Partial<Record<WishName, Forward>>;
  /** Sent this `prompt`, it asks anew for an address that was declined; absent where it would not, or always does. */
  declined_address?: { prompt: string };
  token_auth: TokenAuth;
  token_format: 'json' | 'form' | 'auto';
  /** The token request repeats `state`. */
  token_state?: boolean;
  /** Client assertions (RFC 7523) where the upstream wants them otherwise than OIDC Core 9 says. */
  assertion?: { audience: 'token_endpoint'; key_id_as: 'x5t#S256'; rsa_alg: 'PS256' };
  /** Signature algorithms of ID tokens. HS256 means the client secret as the key. */
  id_token_algs?: string[];
  /** Seconds after which an ID token is too old, where an hour is too long. */
  id_token_max_age?: number;
  /** How people say no beside `error=access_denied`: callback parameters and their words, compared without case. */
  cancel?: Record<string, string[]>;
  sources: Source[];
  mapping: Mapping;
  /** The upstream's word that it checked the address; the short form of `email_trust` hangs on it. */
  verified_signal?: Condition;
  /** What must hold about whoever comes. */
  restrict?: Condition[];
  lifecycle?: Lifecycle;
  /** Whether what ends a connection at the upstream is kept; `none` unless said otherwise. */
  store_tokens?: 'none' | 'refresh';
}
