import type { ClientMetadata } from '../../clients/index.ts';

/** Whose tokens, for which client. */
export interface PreviewWish {
  clientId: string;
  /** What the client said of itself, where the config does not know it. */
  registered?: ClientMetadata;
  accountId: string;
  scopes: readonly string[];
  /** The API that the token is asked for (RFC 8707). */
  resource?: string;
  /** By which methods the person is thought to have signed in. */
  methods: readonly string[];
}

/** The members of a token, or of an answer about it. */
export type Claims = Record<string, unknown>;

/** What an app would read. Absent: it would get none of that kind. */
export interface Preview {
  id_token?: Claims;
  /** Of a token for an API there is none: userinfo refuses it. */
  userinfo?: Claims;
  /** Of an opaque token, what introspection tells of it. */
  access_token: { opaque: boolean; claims: Claims };
}

/** `reason`: what the engine says, for whoever asked for something that the client may not. */
export type Previewed = { ok: true; preview: Preview } | { ok: false; reason: string };
