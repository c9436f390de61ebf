import type { Knex } from 'knex';
import { notAdded } from '../passkeys/index.ts';
import type { Shown } from '../web/index.ts';
import { atEnrolment, enrolling, keepCodes } from './enrol_factor.ts';
import { startOver } from './finish.ts';
import { answering, bound, ownerOf, passkeyButton } from './passkey_asking.ts';
import { pathOf } from './steps.ts';

const PAGE = 'enrol-factor/passkey';

const show = (shown: Shown) =>
  atEnrolment(async (deps, ctx, visit, step) => {
    const { web } = deps;
    if (!step.ways.includes('passkey')) return web.redirect(ctx, pathOf(visit, 'enrol-factor'));
    await web.page(ctx, {
      view: 'sign_in/enrol_passkey',
      screen: 'enrol-factor',
      title: web.t(ctx)('passkeys.enrol.title'),
      status: shown.status,
      formTargets: [visit.formTarget],
      locals: {
        app: visit.client.name,
        passkey: passkeyButton(visit, PAGE, true),
        otherPath: step.ways.length > 1 ? pathOf(visit, 'enrol-factor') : undefined,
        switchAction: pathOf(visit, 'start-again'),
        cancelAction: pathOf(visit, 'cancel'),
        problems: shown.problems ?? [],
      },
    });
  });

/** Explains the passkey that is about to be made because one is needed. */
export const showEnrolPasskey = show({});

/** Options for a passkey of the account, which was proven by all that it has. */
export const askAtEnrolment = atEnrolment(async (deps, ctx, visit, step) => {
  const { web } = deps;
  await web.form(ctx);
  if (!step.ways.includes('passkey') || step.codes) return web.redirect(ctx, pathOf(visit, 'enrol-factor'));
  const account = await enrolling(deps, ctx, visit, step);
  if (!account) return;
  ctx.body = await deps.passkeys.newFor(bound(visit, 'enrol', account.id), ownerOf(account));
});

/** The passkey is added, and counts as the second factor of this sign-in; recovery codes come with the first one. */
export const submitEnrolPasskey = atEnrolment(async (deps, ctx, visit, step) => {
  const { web, passkeys, secondFactors } = deps;
  const { answer = '' } = await web.form(ctx);
  if (!step.ways.includes('passkey') || step.codes) return web.redirect(ctx, pathOf(visit, 'enrol-factor'));
  const account = await enrolling(deps, ctx, visit, step);
  if (!account) return;
  const { recoveryCodes } = await secondFactors.of(account.id);
  let codes: string[] | undefined;
  const also = async (within: Knex) => {
    codes = recoveryCodes > 0 ? undefined : await secondFactors.makeRecoveryCodes(within, account.id);
  };
  const about = answering(deps, ctx, visit);
  const enrolled = await passkeys.enrol(bound(visit, 'enrol', account.id), answer, { account, about, also });
  if (enrolled.ok) return keepCodes(deps, ctx, visit, step, enrolled.methods, codes);
  if (enrolled.reason === 'stale') return startOver(deps, ctx, visit);
  await show(notAdded(ctx, web.t(ctx), enrolled))(deps, ctx, visit);
});
