import type { KoaContextWithOIDC } from 'oidc-provider';
import { epochSeconds } from '../kit/clock.ts';
import { isStranger } from './client_traits.ts';
import type { OidcDeps } from './deps.ts';
import { asContext } from './protocol_errors.ts';
import { logoutConfirmation, routes } from './routes.ts';
import { identityOf } from './session_upstreams.ts';
import { answerSelfSubmitting } from './self_submitting.ts';
import { subjectFor } from './subjects.ts';
import { formTargetOf } from './visit.ts';

/** The two places where the library asks for a page of RP-Initiated Logout 1.0. */
export function createLogoutSources(deps: () => OidcDeps) {
  return {
    /** With an ID token of this very session the app has the person's word, and nobody is asked; else the question. */
    async logoutSource(ctx: KoaContextWithOIDC): Promise<void> {
      const { web, pages } = deps();
      const app = ctx.oidc.client?.clientName;
      const state = ctx.oidc.session?.state ?? {};
      const xsrf = String(state['secret']);
      const wanted = textOf(state['postLogoutRedirectUri']);
      const onward = await goOnToUpstream(deps(), ctx, state);
      const formTargets = [wanted, onward].map(formTargetOf).filter((target) => target !== undefined);
      if (isHintOfSession(ctx, deps())) {
        const button = web.t(asContext(ctx))('sign_out.logout.submit');
        answerSelfSubmitting(asContext(ctx), {
          action: logoutConfirmation,
          fields: { xsrf, logout: 'yes' },
          formTargets,
          button,
        });
        return;
      }
      await pages.question(asContext(ctx), { action: logoutConfirmation, xsrf, app, formTargets });
    },
    async postLogoutSuccessSource(ctx: KoaContextWithOIDC): Promise<void> {
      const { client } = ctx.oidc;
      // Nobody is led where a stranger says.
      const appUri = client && !isStranger(client) ? textOf(client.clientUri) : undefined;
      await deps().pages.signedOut(asContext(ctx), { app: client?.clientName, appUri });
    },
  };
}

/**
 * Whoever came through an upstream that wants it signs out there as well: the library is told to send them there first. Where
 * they wanted to go stands in what leads back from there.
 */
async function goOnToUpstream(
  { issuer, database, upstreamLogout }: OidcDeps,
  { oidc: { session } }: KoaContextWithOIDC,
  state: Record<string, unknown>,
): Promise<string | undefined> {
  const identity = upstreamLogout && session && (await identityOf(database, session.uid));
  if (!identity) return undefined;
  const to = new URL(textOf(state['postLogoutRedirectUri']) ?? `${issuer}${routes.end_session}/success`);
  const ownState = textOf(state['state']);
  if (ownState !== undefined) to.searchParams.set('state', ownState);
  const onward = await upstreamLogout(identity, to.href);
  if (onward !== undefined) Object.assign(state, { postLogoutRedirectUri: onward, state: undefined });
  return onward;
}

/**
 * The library has verified the hint, except for its age. Is it about this session, and not an older one, or one in another
 * browser, of the same person? A token says so by `sid`, or by when that person signed in.
 */
function isHintOfSession(ctx: KoaContextWithOIDC, deps: OidcDeps): boolean {
  const { session, client, entities } = ctx.oidc;
  const hint = entities.IdTokenHint?.payload;
  const known = client && session?.authorizations?.[client.clientId];
  if (!hint || !known || session.accountId === undefined || Number(hint['exp']) <= epochSeconds()) return false;
  const same = hint['sid'] === undefined ? hint['auth_time'] === session.loginTs : hint['sid'] === known.sid;
  return same && hint['sub'] === subjectFor(deps, ctx, session.accountId);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
