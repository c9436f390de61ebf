import * as oidc from 'openid-client';

/** Who is signed in, by the id of their session: tokens and claims. In memory; several processes need a store that they share. */
export function openVisitors(config) {
  const visitors = new Map();

  return {
    /** Whoever has this session; nobody when it is over. */
    find: (sessionId) => visitors.get(sessionId),

    begin(sessionId, tokens) {
      visitors.set(sessionId, { ...kept(tokens), claims: tokens.claims(), renewals: 0 });
    },

    end: (sessionId) => visitors.delete(sessionId),

    /** Ends what a logout token names: one session of the issuer, or all of a subject. */
    endNamed({ sid, sub }) {
      for (const [id, { claims }] of visitors)
        if (sid === undefined ? claims.sub === sub : claims.sid === sid) visitors.delete(id);
    },

    /** New tokens. A refresh token counts once: two requests at the same time share one renewal. */
    renew(visitor) {
      visitor.renewing ??= oidc
        .refreshTokenGrant(config, visitor.refreshToken)
        .then((tokens) => Object.assign(visitor, kept(tokens, visitor), { renewals: visitor.renewals + 1 }))
        .finally(() => delete visitor.renewing);
      return visitor.renewing;
    },
  };
}

/** What is kept of an answer; a refresh may leave out what stays as it was. */
function kept(tokens, before) {
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? before?.refreshToken,
    idToken: tokens.id_token ?? before?.idToken,
    expiresAt: Date.now() + (tokens.expiresIn() ?? 0) * 1000,
  };
}
