import type { Context } from 'koa';
import { transact } from '../accounts/index.ts';
import type { TrustedDevice } from './door.ts';
import { queueNotice } from './notices.ts';
import { occasionOf, ownedBy, type FactorPagesDeps, type Owned, type Person } from './page_deps.ts';
import { switchOff } from './switch_step.ts';

/** Whether every sign-in takes a second step, what is asked for first, and where it is not asked for. */
export const SECOND_STEP = '/account/second-step';

const NOTES = {
  totp_added: 'second_factors.step.done.totp_added',
  totp_removed: 'second_factors.step.done.totp_removed',
  codes_saved: 'second_factors.step.done.codes_saved',
  switched: 'second_factors.step.done.switched',
  preferred: 'second_factors.step.done.preferred',
  forgotten: 'second_factors.step.done.forgotten',
} as const;

/** Mounts the page and its forms. */
export function mountSecondStepPage(deps: FactorPagesDeps): void {
  const { database, frame, record, secondFactors } = deps;
  frame.page({
    path: SECOND_STEP,
    load: ({ accountId }) => Promise.all([ownedBy(deps, accountId), secondFactors.trustedDevices(accountId)]),
    show: (ctx, person, [owned, trusted]) => show(deps, ctx, person, owned, trusted),
  });
  frame.form({
    path: SECOND_STEP,
    page: SECOND_STEP,
    fresh: true,
    submit: (ctx, person, { on }) => switchStep(deps, ctx, person, on === '1'),
  });
  frame.form({
    path: `${SECOND_STEP}/preferred`,
    page: SECOND_STEP,
    async submit(ctx, { account }, { preferred }) {
      await secondFactors.prefer(account.id, preferred === 'totp' ? 'totp' : 'passkey');
      frame.done(ctx, SECOND_STEP, 'preferred');
    },
  });
  frame.form({
    path: `${SECOND_STEP}/forget-devices`,
    page: SECOND_STEP,
    async submit(ctx, { account }) {
      await secondFactors.distrust(database.knex, account.id);
      await record({ type: 'second_factors.devices_forgotten', outcome: 'ok', accountId: account.id });
      frame.done(ctx, SECOND_STEP, 'forgotten');
    },
  });
}

async function show(
  { frame, required, secondFactors, web }: FactorPagesDeps,
  ctx: Context,
  person: Person,
  { totp, preferred, hasPasskey }: Owned,
  trusted: TrustedDevice[],
): Promise<void> {
  const own = web.browser.read(ctx);
  await frame.render(ctx, person, {
    view: 'second_factors/second_step',
    screen: 'account-security',
    tab: 'security',
    title: web.t(ctx)('second_factors.step.title'),
    notes: NOTES,
    locals: {
      action: SECOND_STEP,
      on: person.account.secondStep,
      required: required() !== 'none',
      canSwitch: totp !== undefined || hasPasskey,
      // There is something to choose only for who has both.
      preferred: totp && hasPasskey ? (preferred ?? 'passkey') : undefined,
      canTrust: secondFactors.trustSeconds() > 0,
      trusted: trusted.map(({ browserHash, since, until }) => ({
        current: browserHash === own,
        times: { since: since.toISOString(), until: until.toISOString() },
      })),
    },
  });
}

/** On needs something to prove; off is refused where everybody must have a second factor. */
async function switchStep(deps: FactorPagesDeps, ctx: Context, person: Person, on: boolean): Promise<void> {
  const { database, accounts, frame, hasPasskey, mail, record, required, secondFactors, web } = deps;
  const { account } = person;
  const { id: accountId } = account;
  const occasion = occasionOf(deps, ctx);
  const switched = await transact(database, async (within) => {
    await accounts.hold(within, accountId);
    const has = (await secondFactors.hasTotp(within, accountId)) || (await hasPasskey(within, accountId));
    if (on ? !has : required() !== 'none') return false;
    const changed = on ? await accounts.setSecondStep(within, accountId, true) : await switchOff(deps, within, person);
    if (!changed) return false;
    await accounts.dropProofs(within, accountId);
    await queueNotice({ mail }, within, account, on ? 'second-step-on' : 'second-step-off', occasion);
    return true;
  });
  if (!switched) return web.redirect(ctx, SECOND_STEP);
  mail.wake();
  const { reference } = occasion;
  await record({ type: 'second_factors.step_switched', outcome: 'ok', accountId, reference, detail: { on } });
  frame.done(ctx, SECOND_STEP, 'switched');
}
