import { notAdded } from '../passkeys/index.ts';
import type { Shown } from '../web/index.ts';
import { goOnProven, isOld, isStale, startOver } from './finish.ts';
import { answering, bound, giveOptions, ownerOf, passkeyButton } from './passkey_asking.ts';
import { atStep, pathOf } from './steps.ts';

const PAGE = 'passkey-offer';

const show = (shown: Shown) =>
  atStep(PAGE, async (deps, ctx, visit, step) => {
    const { web } = deps;
    if (isOld(step)) return startOver(deps, ctx, visit);
    await web.page(ctx, {
      view: 'sign_in/passkey_offer',
      screen: 'passkey-offer',
      title: web.t(ctx)('passkeys.offer.title'),
      status: shown.status,
      formTargets: [visit.formTarget],
      locals: {
        app: visit.client.name,
        passkey: passkeyButton(visit, `${PAGE}/passkey`, true),
        quietly: passkeyButton(visit, `${PAGE}/quietly`, true),
        laterAction: pathOf(visit, PAGE),
        problems: shown.problems ?? [],
      },
    });
  });

/** "Sign in faster next time". */
export const showOffer = show({});

/** "Not now", or "Don't ask again": on to the app. */
export const declineOffer = atStep(PAGE, async (deps, ctx, visit, step) => {
  const { choice } = await deps.web.form(ctx);
  if (choice === 'never') await deps.passkeys.offers.never(step.accountId);
  await goOnProven(deps, ctx, visit, step);
});

/** Options for the button, or for a browser that makes one without a question. */
export const askAtOffer = (purpose: 'enrol' | 'upgrade') =>
  atStep(PAGE, async (deps, ctx, visit, step) => {
    await deps.web.form(ctx);
    const account = await deps.accounts.find(step.accountId);
    if (!account || isStale(account, step)) return startOver(deps, ctx, visit);
    giveOptions(ctx, await deps.passkeys.newFor(bound(visit, purpose, account.id), ownerOf(account)));
  });

/** The passkey is added for next time; this sign-in stays what it was. */
export const acceptOffer = (purpose: 'enrol' | 'upgrade') =>
  atStep(PAGE, async (deps, ctx, visit, step) => {
    const { accounts, passkeys, web } = deps;
    const { answer = '' } = await web.form(ctx);
    const account = await accounts.find(step.accountId);
    if (!account || isStale(account, step)) return startOver(deps, ctx, visit);
    const about = answering(deps, ctx, visit);
    const enrolled = await passkeys.enrol(bound(visit, purpose, account.id), answer, { account, about });
    if (enrolled.ok) return goOnProven(deps, ctx, visit, step);
    if (enrolled.reason === 'stale') return startOver(deps, ctx, visit);
    await show(notAdded(ctx, web.t(ctx), enrolled))(deps, ctx, visit);
  });
