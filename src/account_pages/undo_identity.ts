import type { Context } from 'koa';
import { deadLink, mountLanding, type LandingPage } from '../web/index.ts';
import type { AccountPagesDeps } from './page_deps.ts';

/**
 * `/account/identities/undo`: the link in the mail that tells of a connected identity. Whoever did that without being the
 * owner may have got further: everything of the account ends, and its owner goes on to a new password.
 */
export function mountUndoIdentity(deps: AccountPagesDeps): void {
  const { web, accounts, oidc } = deps;
  mountLanding(web, {
    path: '/account/identities/undo',
    screen: 'identity-undo',
    look: (ctx, token) => look(deps, ctx, token),
    async act(ctx, token) {
      const occasion = { locale: web.locale(ctx), reference: web.referenceOf(ctx) };
      const ended = await accounts.undoJoin(token, occasion, async (within, accountId) => {
        await oidc.endEverythingOf(accountId, within);
        return accounts.issueReset(within, accountId);
      });
      return ended ?? 'dead';
    },
    ends: {
      undone: (ctx) => undone(deps, ctx),
      dead: (ctx) => deadLink(web, ctx),
    },
  });
}

async function look(deps: AccountPagesDeps, ctx: Context, token: string): Promise<LandingPage> {
  const { web, accounts, upstreams } = deps;
  const link = await accounts.links.find('undo-identity', token);
  if (link?.state === 'used') return undone(deps, ctx);
  const account = link?.accountId === undefined ? undefined : await accounts.find(link.accountId);
  // Another mailbox has the account by now.
  const own = account?.address?.canonical === link?.payload.address;
  if (link?.state !== 'usable' || !own) return deadLink(web, ctx);
  const { upstreamId } = link.payload.identity;
  const upstream = upstreams.nameOf(upstreamId);
  const t = web.t(ctx);
  return {
    title: t('account.undo_identity.title', { upstream }),
    text: t('account.undo_identity.text', { upstream, brand: web.brand.name }),
    submit: t('account.undo_identity.submit', { upstream }),
  };
}

function undone({ web }: AccountPagesDeps, ctx: Context): LandingPage {
  const t = web.t(ctx);
  return {
    title: t('account.undo_identity.undone.title'),
    text: t('account.undo_identity.undone.text'),
    next: { label: t('landing.sign_in'), href: '/account' },
  };
}
