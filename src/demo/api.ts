import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type Koa from 'koa';

/** What the demo API checks tokens against. */
export interface ApiDeps {
  issuer: string;
  /** What a token must be meant for. */
  audience: string;
  /** The scope that the API wants. */
  scope: string;
  jwksUri: () => Promise<URL>;
  fetch: typeof fetch;
}

const BEARER = /^Bearer ([\w.~+/-]+=*)$/i;

/**
 * The demo API: says who calls, to whoever brings a JWT access token of ours (RFC 9068 4: type, issuer, audience, expiry,
 * one pinned algorithm, scope). Refuses as RFC 6750 3 says: 401 without a good token, 403 without the scope.
 */
export function createApi(deps: ApiDeps): (ctx: Koa.Context) => Promise<void> {
  let keys: JWTVerifyGetKey | undefined;
  const publishedKeys = async () =>
    (keys ??= createRemoteJWKSet(await deps.jwksUri(), { [customFetch]: (url, options) => deps.fetch(url, options) }));

  return async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    const token = BEARER.exec(ctx.get('Authorization'))?.[1];
    if (token === undefined) return refuse(ctx, 401);
    const claims = await verified(token, deps, await publishedKeys());
    if (!claims) return refuse(ctx, 401, 'error="invalid_token"');
    if (!scopesOf(claims).includes(deps.scope))
      return refuse(ctx, 403, `error="insufficient_scope", scope="${deps.scope}"`);
    const { sub, client_id: client, scope, exp } = claims;
    ctx.body = { message: 'Hello from the demo API', sub, client_id: client, scope, exp };
  };
}

/** The claims of a good token, nothing for a bad one. Rejects when the keys cannot be had: that is not the caller's fault. */
async function verified(token: string, deps: ApiDeps, keys: JWTVerifyGetKey): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: deps.issuer,
      audience: deps.audience,
      algorithms: ['RS256'],
      typ: 'at+jwt',
      requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id'],
    });
    return payload;
  } catch (error) {
    if (REFUSED.some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
}

const REFUSED = [
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
];

function scopesOf({ scope }: JWTPayload): string[] {
  return typeof scope === 'string' ? scope.split(' ') : [];
}

function refuse(ctx: Koa.Context, status: number, problem = 'realm="demo"'): void {
  ctx.status = status;
  ctx.set('WWW-Authenticate', `Bearer ${problem}`);
  ctx.body = { error: /error="(\w+)"/.exec(problem)?.[1] ?? 'token_missing' };
}
