import type { Context } from 'koa';
import type { Account } from '../accounts/index.ts';
import type { Visit } from '../oidc/index.ts';
import { notAdded } from '../passkeys/index.ts';
import type { Shown } from '../web/index.ts';
import type { SignInDeps } from './deps.ts';
import { goOnProven, isOld, isStale, startOver } from './finish.ts';
import { answering, bound, ownerOf, passkeyButton } from './passkey_asking.ts';
import { provesAll } from './second_step.ts';
import { atStep, pathOf, type StepNamed } from './steps.ts';

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
    const account = await offered(deps, ctx, visit, step);
    if (!account) return;
    ctx.body = await deps.passkeys.newFor(bound(visit, purpose, account.id), ownerOf(account));
  });

/** The passkey is added for next time; this sign-in stays what it was. */
export const acceptOffer = (purpose: 'enrol' | 'upgrade') =>
  atStep(PAGE, async (deps, ctx, visit, step) => {
    const { passkeys, web } = deps;
    const { answer = '' } = await web.form(ctx);
    const account = await offered(deps, ctx, visit, step);
    if (!account) return;
    const about = answering(deps, ctx, visit);
    const enrolled = await passkeys.enrol(bound(visit, purpose, account.id), answer, { account, about });
    if (enrolled.ok) return goOnProven(deps, ctx, visit, step);
    if (enrolled.reason === 'stale') return startOver(deps, ctx, visit);
    await show(notAdded(ctx, web.t(ctx), enrolled))(deps, ctx, visit);
  });

/** The account, as long as what was proven is all that it has. Undefined where the answer is given: who set up more meanwhile proves it. */
async function offered(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  step: StepNamed<typeof PAGE>,
): Promise<Account | undefined> {
  const account = await deps.accounts.find(step.accountId);
  if (account && !isStale(account, step) && (await provesAll(deps, account, step.manner.methods))) return account;
  await goOnProven(deps, ctx, visit, step);
  return undefined;
}
