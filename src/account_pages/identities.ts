import type { Context } from 'koa';
import { shownIdentity, type Identity } from '../accounts/index.ts';
import type { Tag } from '../locales/index.ts';
import type { Session } from '../oidc/index.ts';
import type { ListedUpstream } from '../upstreams/index.ts';
import { connectFrom } from './connect.ts';
import type { Person } from './frame.ts';
import { endingOf, IDENTITIES, type Ending } from './identity_endings.ts';
import type { AccountPagesDeps } from './page_deps.ts';
import { mountUndoIdentity } from './undo_identity.ts';
import { dateOf, momentOf } from './words.ts';

/** `/account/identities`: what opens the account besides its own factors, and the ways to connect and disconnect. */
export function mountIdentities(deps: AccountPagesDeps): void {
  const { web, accounts, upstreams, frame } = deps;
  const load = ({ accountId }: Session) => accounts.identities.listOf(accountId);
  frame.page({
    path: IDENTITIES,
    tab: 'identities',
    load,
    show: (ctx, person, identities) => show(deps, ctx, person, identities, endingOf(deps, ctx, identities)),
  });
  frame.form({
    path: `${IDENTITIES}/connect/:upstream`,
    page: IDENTITIES,
    fresh: true,
    submit: (ctx, person) => connectFrom(deps, ctx, person),
  });
  frame.form({
    path: `${IDENTITIES}/disconnect`,
    page: IDENTITIES,
    fresh: true,
    async submit(ctx, person, { upstream = '' }) {
      const occasion = { locale: web.locale(ctx), reference: web.referenceOf(ctx) };
      const done = await accounts.disconnect(person.account.id, upstream, occasion);
      // Disconnected already, in another tab: what the person wanted is so.
      if (done.ok || done.reason === 'unknown') {
        return web.redirect(ctx, `${IDENTITIES}?done=disconnected&upstream=${encodeURIComponent(upstream)}`);
      }
      const text = web.t(ctx)('account.identities.last', { upstream: upstreams.nameOf(upstream) });
      const ending = { status: 422, problems: [{ text }], lastWayIn: true };
      await show(deps, ctx, person, await load(person.session), ending);
    },
  });
  mountUndoIdentity(deps);
}

async function show(
  deps: AccountPagesDeps,
  ctx: Context,
  person: Person,
  identities: Identity[],
  { status, error, ...ending }: Ending,
): Promise<void> {
  const { web, upstreams, frame } = deps;
  const t = web.t(ctx);
  const configured = new Map(upstreams.list().map((upstream) => [upstream.id, upstream]));
  const connectable = [...configured.values()].filter(({ id }) => identities.every((one) => one.upstreamId !== id));
  await frame.render(ctx, person, {
    view: 'account/identities',
    screen: 'account-identities',
    tab: 'identities',
    title: t('account.tabs.identities'),
    status,
    error,
    formTargets: connectable.flatMap(({ origins }) => origins),
    locals: {
      ...ending,
      disconnectAction: `${IDENTITIES}/disconnect`,
      identities: identities.map((identity) =>
        describe(web.locale(ctx), person.account.profile.zoneinfo, identity, configured.get(identity.upstreamId)),
      ),
      upstreams: connectable.map(({ id, name, preset, available }) => ({
        id,
        preset,
        available,
        label: t('account.identities.connect', { upstream: name }),
        action: `${IDENTITIES}/connect/${id}`,
      })),
    },
  });
}

function describe(locale: Tag, zone: string | undefined, identity: Identity, upstream: ListedUpstream | undefined) {
  return {
    id: identity.upstreamId,
    name: upstream?.name ?? identity.upstreamId,
    preset: upstream?.preset,
    configured: upstream !== undefined,
    suspended: identity.suspendedAt !== undefined,
    shown: shownIdentity(identity),
    since: dateOf(locale, identity.createdAt, zone),
    lastUsed: momentOf(locale, identity.lastUsedAt, zone),
  };
}
