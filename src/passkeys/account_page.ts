import type { Context } from 'koa';
import type { Translate } from '../locales/index.ts';
import { problem, type Shown } from '../web/index.ts';
import type { Binding, Passkey, Passkeys } from './door.ts';
import type { Loaded, PasskeyPagesDeps, Person } from './page_deps.ts';
import { notAdded } from './refusals.ts';
import { removePasskey } from './remove_passkey.ts';

/** Where people look after their passkeys. */
export const PASSKEYS = '/account/passkeys';

/**
 * `/account/passkeys`: the passkeys of an account, to add to and take from. Both ask for a fresh sign-in: what is added opens
 * the account from then on (ASVS 5.0 7.5.1).
 */
export function mountAccountPage(deps: PasskeyPagesDeps): void {
  const { frame, passkeys, web } = deps;
  const load = (accountId: string): Promise<Loaded> =>
    Promise.all([passkeys.listOf(accountId), passkeys.accepted(accountId)]);
  const again = async (ctx: Context, person: Person, shown: Shown) =>
    show(deps, ctx, person, await load(person.account.id), shown);
  frame.page({
    path: PASSKEYS,
    load: ({ accountId }) => load(accountId),
    show: (ctx, person, loaded) => show(deps, ctx, person, loaded, {}),
  });
  frame.form({
    path: `${PASSKEYS}/options`,
    page: PASSKEYS,
    fresh: true,
    async submit(ctx, person) {
      const { address, profile } = person.account;
      const owner = { name: address?.stored ?? web.brand.name, displayName: profile.name };
      ctx.body = await passkeys.newFor(bindingOf(deps, ctx, person), owner);
    },
  });
  frame.form({
    path: PASSKEYS,
    page: PASSKEYS,
    fresh: true,
    async submit(ctx, person, { answer = '' }) {
      const refused = await add(deps, ctx, person, answer);
      if (refused) return again(ctx, person, refused);
      frame.done(ctx, PASSKEYS, 'added');
    },
  });
  frame.form({
    path: `${PASSKEYS}/remove`,
    page: PASSKEYS,
    fresh: true,
    async submit(ctx, person, { passkey = '' }) {
      const removed = await removePasskey(deps, ctx, person, passkey);
      // Deleted already, in another tab: what the person wanted is so.
      if (removed === 'removed' || removed === 'unknown') return frame.done(ctx, PASSKEYS, 'removed');
      await again(ctx, person, { status: 422, problems: [problem(web.t(ctx), `passkeys.problems.${removed}`)] });
    },
  });
}

/** How the security page tells of the passkeys. */
export function passkeyCard({ passkeys }: { passkeys: Pick<Passkeys, 'listOf'> }) {
  return async (accountId: string) => {
    const { length: count } = await passkeys.listOf(accountId);
    return (t: Translate) => ({
      title: t('passkeys.title'),
      text: count > 0 ? t('passkeys.card.some', { count }) : t('passkeys.card.none'),
      action: { label: t(count > 0 ? 'passkeys.card.manage' : 'passkeys.card.add'), href: PASSKEYS },
    });
  };
}

async function show(
  { frame, web, passkeys }: PasskeyPagesDeps,
  ctx: Context,
  person: Person,
  [listed, accepted]: Loaded,
  { status, problems = [] }: Shown,
): Promise<void> {
  const t = web.t(ctx);
  const { address, profile } = person.account;
  const name = address?.stored ?? '';
  const details = accepted && { ...idsOf(accepted), name, displayName: profile.name ?? name };
  await frame.render(ctx, person, {
    view: 'passkeys/account_passkeys',
    screen: 'account-security',
    tab: 'security',
    title: t('passkeys.title'),
    status,
    notes: { added: 'passkeys.added', renamed: 'passkeys.renamed', removed: 'passkeys.removed' },
    locals: {
      problems,
      passkeys: listed.map((passkey) => describe(t, passkey)),
      add: passkeys.available ? { make: true, options: `${PASSKEYS}/options`, action: PASSKEYS } : undefined,
      removeAction: `${PASSKEYS}/remove`,
      signals: accepted && [
        { signal: 'signalAllAcceptedCredentials', of: accepted },
        { signal: 'signalCurrentUserDetails', of: details },
      ],
    },
  });
}

function idsOf({ rpId, userId }: { rpId: string; userId: string }) {
  return { rpId, userId };
}

/** A passkey in words. */
function describe(t: Translate, { credentialId, provider, name, synced, createdAt, lastUsedAt }: Passkey) {
  return {
    id: credentialId,
    name: nameOf(t, { name, provider }),
    provider: name === undefined ? undefined : provider,
    where: t(synced ? 'passkeys.synced' : 'passkeys.this_device'),
    since: t('passkeys.since', { date: createdAt.toISOString() }),
    used: lastUsedAt ? t('passkeys.used', { date: lastUsedAt.toISOString() }) : t('passkeys.unused'),
    renamePath: `${PASSKEYS}/${credentialId}/rename`,
  };
}

/** What a passkey is called: by its person, else after whoever keeps it. */
export function nameOf(t: Translate, { name, provider }: Pick<Passkey, 'name' | 'provider'>): string {
  return name ?? provider ?? t('passkeys.nameless');
}

/** Adds what the browser made; why not, for the page that is shown again. */
async function add(deps: PasskeyPagesDeps, ctx: Context, person: Person, answer: string): Promise<Shown | undefined> {
  const { passkeys, web } = deps;
  const about = { locale: web.locale(ctx), reference: web.referenceOf(ctx), clientAddress: web.clientAddress(ctx) };
  const enrolled = await passkeys.enrol(bindingOf(deps, ctx, person), answer, { account: person.account, about });
  return enrolled.ok ? undefined : notAdded(ctx, web.t(ctx), enrolled);
}

function bindingOf({ web }: PasskeyPagesDeps, ctx: Context, { session, account }: Person): Binding {
  return { purpose: 'add', browserHash: web.browser.ensure(ctx), uid: session.uid, accountId: account.id };
}
