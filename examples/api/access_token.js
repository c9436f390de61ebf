import { createRemoteJWKSet, jwtVerify } from 'jose';

/**
 * Protects an API by JWT access tokens (RFC 9068) of one issuer. `needs(scope)` is a middleware that lets in whoever has that
 * scope, as `req.caller`; everybody else is refused as RFC 6750 says. `metadata` tells apps where to get tokens (RFC 9728).
 */
export async function protect({ issuer, resource, scopes }) {
  const keys = createRemoteJWKSet(new URL((await discover(issuer)).jwks_uri));
  const metadata = {
    resource,
    authorization_servers: [issuer],
    scopes_supported: scopes,
    bearer_methods_supported: ['header'],
  };
  const where = new URL('/.well-known/oauth-protected-resource', resource);

  const needs = (scope) => async (req, res, next) => {
    const refuse = (status, error) => {
      const why = error ? `error="${error}", scope="${scope}", ` : '';
      res.set('www-authenticate', `Bearer ${why}resource_metadata="${where}"`).sendStatus(status);
    };
    const token = /^Bearer +([\w.~+/=-]+)$/i.exec(req.get('authorization') ?? '')?.[1];
    // Whoever shows no token hears how to get one, and no error (RFC 6750 3.1).
    if (!token) return refuse(401);
    const caller = await read(token);
    if (!caller) return refuse(401, 'invalid_token');
    if (!(caller.scope ?? '').split(' ').includes(scope)) return refuse(403, 'insufficient_scope');
    req.caller = caller;
    next();
  };

  /** The claims of a token that counts here; nothing for any other. Throws when the keys cannot be fetched. */
  async function read(token) {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        // A token for another API is none for this one, although the same issuer signed it.
        audience: resource,
        // An ID token is no access token (RFC 9068 4).
        typ: 'at+jwt',
        // As `signing_alg` of this resource says, never as the token says.
        algorithms: ['RS256'],
        requiredClaims: ['sub', 'client_id', 'iat', 'exp', 'jti'],
      });
      // It is bound to a key of its app (DPoP, mutual TLS): without that proof, whoever shows it may have found it.
      return payload.cnf === undefined ? payload : undefined;
    } catch (error) {
      if (/^ERR_(JWT|JWS|JWKS_NO|JOSE_ALG|JOSE_NOT)/.test(error.code)) return undefined;
      throw error;
    }
  }

  return { needs, metadata };
}

/** The metadata of the issuer, which must be its own (OpenID Connect Discovery 4.3). */
async function discover(issuer) {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`);
  const found = await response.json();
  if (found.issuer !== issuer) throw new Error(`${issuer} says that it is ${found.issuer}`);
  return found;
}
