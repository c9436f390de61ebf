import { answering, bound, passkeyButton, refusalOf, signalsOf, type PasskeyRefused } from './passkey_asking.ts';
import { isStale, proveMore, startOver } from './finish.ts';
import { aroundSecond, atSecond } from './second_factor.ts';

const PAGE = 'second-factor/passkey';

const show = (shown: PasskeyRefused) =>
  atSecond('passkey', async (deps, ctx, visit, step) => {
    const { web, accounts } = deps;
    const account = await accounts.find(step.accountId);
    await web.page(ctx, {
      view: 'sign_in/passkey_factor',
      screen: 'second-factor',
      title: web.t(ctx)('passkeys.factor.title'),
      status: shown.status,
      formTargets: [visit.formTarget],
      locals: {
        ...aroundSecond(visit, step),
        email: account?.address?.stored,
        passkey: passkeyButton(visit, PAGE),
        // Asked at once, but never again by itself: whoever cancelled chooses.
        atOnce: shown.problems === undefined,
        problems: shown.problems ?? [],
        signals: signalsOf(shown),
      },
    });
  });

/** Asks for a passkey beside what was proven before. */
export const showPasskeyFactor = show({});

/** Options for the passkeys of the account, which was proven. */
export const askAtFactor = atSecond('passkey', async (deps, ctx, visit, step) => {
  await deps.web.form(ctx);
  ctx.body = await deps.passkeys.askFor(bound(visit, 'second_factor', step.accountId));
});

/** The passkey counts, and the sign-in goes on. */
export const submitPasskeyFactor = atSecond('passkey', async (deps, ctx, visit, step) => {
  const { web, accounts, passkeys } = deps;
  const { answer = '' } = await web.form(ctx);
  if (isStale(await accounts.find(step.accountId), step)) return startOver(deps, ctx, visit);
  const binding = bound(visit, 'second_factor', step.accountId);
  const proof = await passkeys.prove(binding, answer, answering(deps, ctx, visit));
  if (!proof.ok) return show(refusalOf(deps, ctx, proof))(deps, ctx, visit);
  await proveMore(deps, ctx, visit, step, proof.methods);
});
