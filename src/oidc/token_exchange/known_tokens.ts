import { createPublicKey } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import type { AccessToken, ClientCredentials } from 'oidc-provider';
import type Provider from 'oidc-provider';
import { z } from 'zod';
import { OWN } from '../algorithms.ts';
import type { OidcDeps } from '../deps.ts';
import { scopesIn } from '../requested_scopes.ts';
import { openOrigin, ORIGIN, type Origin } from './origin.ts';

/** Who acts for the subject of a token, and for whom they act in turn (RFC 8693 4.1). */
export interface Act {
  sub: string;
  client_id?: string;
  act?: Act;
}

/** An access token of ours, whichever its format. */
export interface KnownToken {
  clientId: string;
  /** The API that it is for; undefined for one that is only good for userinfo. */
  audience?: string | undefined;
  scopes: string[];
  /** Seconds since 1970. */
  issuedAt: number;
  expiresAt: number;
  /** Undefined for a token that a client got for itself. */
  origin?: Origin | undefined;
  act?: Act | undefined;
  mayAct?: string | undefined;
  /** The key, or the certificate, that whoever shows it must hold. */
  boundTo: { jkt?: string | undefined; 'x5t#S256'?: string | undefined };
}

const actClaim: z.ZodType<Act> = z.lazy(() =>
  z.object({ sub: z.string(), client_id: z.string().optional(), act: actClaim.optional() }),
);
const acting = z.object({ act: actClaim.optional(), may_act: z.object({ sub: z.string() }).optional() });
const claims = acting.extend({
  jti: z.string(),
  client_id: z.string(),
  sub: z.string(),
  aud: z.string(),
  iat: z.number(),
  exp: z.number(),
  scope: z.string().default(''),
  [ORIGIN]: z.string().optional(),
  cnf: z.object({ jkt: z.string().optional(), 'x5t#S256': z.string().optional() }).default({}),
});

/** The access token behind a text, if we issued it and it is not over; undefined for everything else. */
export async function findToken(provider: Provider, deps: OidcDeps, text: string): Promise<KnownToken | undefined> {
  if (text.includes('.')) return fromJwt(deps, text);
  const stored = (await provider.AccessToken.find(text)) ?? (await provider.ClientCredentials.find(text));
  return stored?.isValid === true && stored.clientId !== undefined ? fromStored(stored, stored.clientId) : undefined;
}

function fromStored(token: AccessToken | ClientCredentials, clientId: string): KnownToken {
  const { act, may_act } = acting.parse(token.extra ?? {});
  const person = 'accountId' in token ? token : undefined;
  return {
    clientId,
    audience: typeof token.aud === 'string' ? token.aud : undefined,
    scopes: scopesIn(token.scope),
    issuedAt: token.iat ?? 0,
    expiresAt: token.exp ?? 0,
    origin: person && {
      accountId: person.accountId,
      grantId: person.grantId,
      sessionUid: person.expiresWithSession === true ? person.sessionUid : undefined,
    },
    act,
    mayAct: may_act?.sub,
    boundTo: { jkt: token.jkt, 'x5t#S256': token['x5t#S256'] },
  };
}

/** RFC 9068 4: a signature of ours, the type of an access token, and our own name as issuer. */
async function fromJwt(deps: OidcDeps, text: string): Promise<KnownToken | undefined> {
  const payload = await verified(deps, text);
  const { data } = claims.safeParse(payload);
  if (!data) return undefined;
  const { [ORIGIN]: sealed, jti, client_id: clientId, aud: audience, act, may_act, cnf } = data;
  // A person's token from before exchanging was switched on does not say where it came from.
  if (sealed === undefined && data.sub !== clientId) return undefined;
  return {
    clientId,
    audience,
    scopes: scopesIn(data.scope),
    issuedAt: data.iat,
    expiresAt: data.exp,
    origin: sealed === undefined ? undefined : openOrigin(deps, jti, sealed),
    act,
    mayAct: may_act?.sub,
    boundTo: cnf,
  };
}

async function verified({ issuer, keys }: OidcDeps, text: string): Promise<JWTPayload | undefined> {
  try {
    const { kid } = decodeProtectedHeader(text);
    const key = keys.signingKeys().find((each) => each.kid !== undefined && each.kid === kid);
    if (!key) return undefined;
    const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' });
    const { payload } = await jwtVerify(text, publicKey, { issuer, typ: 'at+jwt', algorithms: [...OWN] });
    return payload;
  } catch {
    return undefined;
  }
}
