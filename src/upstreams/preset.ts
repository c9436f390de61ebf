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

/** One answer that claims are mapped from. */
export type Source =
  | { name: string; from: 'id_token' }
  | {
      name: string;
      from: 'http';
      /** A name in `endpoints`. When discovery names no such endpoint, the source stays empty. */
      endpoint: string;
      params?: Record<string, string>;
      headers?: Record<string, string>;
      /** Adds Meta's HMAC of the access token, so that a token stolen elsewhere is of no use here. */
      appsecret_proof?: boolean;
      /** The path that must hold the subject of the ID token (OIDC Core 5.3.2). */
      same_subject?: string;
      /** A refusal leaves the source empty instead of ending the login. */
      optional?: boolean;
      /** Must hold about the answer (under the source's name), for upstreams that say "failed" with status 200. */
      ok_when?: Condition;
    };

/** How a wish of ours is put to an upstream: under which name, and in whose words. With `values`, other words are dropped. */
export interface Forward {
  as: string;
  values?: Record<string, string>;
}

/** What is known of a kind of upstream: data only. Same keys as the config file wherever an admin may change them. */
export interface Preset {
  /** What people read on the button; absent where the config file must say it. */
  name?: string;
  protocol: 'oidc' | 'oauth2';
  /** Pinned issuer, part of the account key. Absent: from the settings, with discovery. */
  issuer?: string;
  /** Origins that a trip passes by redirect before the first page is shown: the page that begins it must allow them. */
  further_origins?: string[];
  /** Other spellings that tokens and callbacks may carry for the same issuer. */
  issuer_aliases?: string[];
  /** `iss` on the callback (RFC 9207): `ignored` for upstreams that do not send one. */
  callback_iss: 'if-advertised' | 'optional' | 'ignored';
  endpoints?: Endpoints;
  vars?: Record<string, string>;
  scopes: string[];
  scope_delimiter: ' ' | ',';
  response_mode?: 'query' | 'form_post';
  pkce: 'S256' | 'off';
  nonce: 'required' | 'off';
  params?: Record<string, string>;
  forward: Partial<Record<'login_hint' | 'prompt' | 'ui_locales', Forward>>;
  token_auth: 'client_secret_post' | 'client_secret_basic';
  token_format: 'json' | 'form' | 'auto';
  /** Signature algorithms of ID tokens; asymmetric ones only. */
  id_token_algs?: string[];
  sources: Source[];
  mapping: Mapping;
  /** The upstream's word that it checked the address; the short form of `email_trust` hangs on it. */
  verified_signal?: Condition;
}
