import type { Context } from 'koa';
import { claimsOf } from '../accounts/index.ts';
import { now } from '../kit/clock.ts';
import type { Person } from './frame.ts';
import type { AccountPagesDeps } from './page_deps.ts';

const PATH = '/account/data';
/** More than anybody has; it only keeps an answer from growing without end. The copy says when it left some out. */
const MOST_EVENTS = 10_000;

/** `/account/data`: a copy of everything we keep about the person, and the way to delete the account. */
export function mountData(deps: AccountPagesDeps): void {
  const { web, frame } = deps;
  frame.page({
    path: PATH,
    tab: 'data',
    async show(ctx, person) {
      await frame.render(ctx, person, {
        view: 'account/data',
        screen: 'account-data',
        tab: 'data',
        title: web.t(ctx)('account.data.title'),
        locals: {},
      });
    },
  });
  frame.form({
    path: `${PATH}/export`,
    page: PATH,
    fresh: true,
    submit: (ctx, person) => download(deps, ctx, person),
  });
}

async function download(deps: AccountPagesDeps, ctx: Context, person: Person): Promise<void> {
  const copy = await copyOf(deps, person);
  await deps.events.record({ type: 'accounts.data_exported', outcome: 'ok', accountId: person.account.id });
  ctx.set('Content-Disposition', 'attachment; filename="account.json"');
  ctx.type = 'json';
  ctx.body = `${JSON.stringify(copy, null, 2)}\n`;
}

/** In words that its person can read; what other rooms keep they say themselves. */
async function copyOf(deps: AccountPagesDeps, { account }: Person): Promise<Record<string, unknown>> {
  const { accounts, upstreams, selfService, events, holdings } = deps;
  const { id, origin, locale, termsVersion, createdAt, updatedAt, address } = account;
  const dates = { created_at: createdAt, changed_at: updatedAt };
  const [pending, known, identities, happened, held] = await Promise.all([
    selfService.addressChange.pending(id),
    selfService.knownSince(id),
    accounts.identities.listOf(id),
    events.ofAccount(id, MOST_EVENTS + 1),
    Promise.all(Object.entries(holdings).map(async ([name, read]) => [name, await read(id)] as const)),
  ]);
  return {
    exported_at: now(),
    account: { id, made_by: origin, language: locale ?? null, agreed_to_terms: termsVersion ?? null, ...dates },
    address: address && { address: address.stored, verified_at: address.verifiedAt ?? null },
    address_waiting_for_confirmation: pending?.stored ?? null,
    claims: claimsOf(account, accounts.groupsOf(account)),
    connected_accounts: identities.map(({ upstreamId, issuer, subject, facts, createdAt: since, lastUsedAt }) => {
      const names = { service: upstreams.nameOf(upstreamId), issuer, subject };
      return { ...names, ...facts, connected_at: since, last_used_at: lastUsedAt };
    }),
    known_browsers: known.map((since) => ({ first_used_at: since })),
    ...Object.fromEntries(held),
    older_events_left_out: happened.length > MOST_EVENTS,
    events: happened
      .slice(0, MOST_EVENTS)
      .map(({ at, type, outcome, reason, clientId, upstreamId, reference, detail }) => {
        const where = { app: clientId, service: upstreamId, reference };
        return { at, what: type, outcome, reason, ...where, detail };
      }),
  };
}
