import { parseAddress } from '../kit/addresses.ts';
import { addressProblems, nameProblems, type Shown } from '../web/index.ts';
import { bindingOf, type SignInDeps } from './deps.ts';
import { goHome } from './go_home.ts';
import { goOn } from './go_on.ts';
import { leaveFor } from './leave.ts';
import { firstPage } from './notes.ts';
import { atStep, federated, pathOf, type StepNamed } from './steps.ts';
import { formTargets } from './upstream_buttons.ts';
import { homeOf } from './ways.ts';

interface Typed {
  email: string;
  name: string;
}

const show = (shown: Shown, typed?: Typed) =>
  atStep('complete-profile', async (deps, ctx, visit, step) => {
    const { web } = deps;
    const { arrival } = step;
    const { identity, upstreamId } = arrival;
    // Its own button leads to the upstream once more.
    const { note, problems, retry: _retry, ...page } = firstPage(deps, ctx, visit, shown);
    await web.page(ctx, {
      view: 'sign_in/complete_profile',
      screen: 'complete-profile',
      title: web.t(ctx)('sign_in.complete_profile.title'),
      formTargets: formTargets(deps, visit),
      ...page,
      locals: {
        action: pathOf(visit, 'complete-profile'),
        cancelAction: pathOf(visit, 'start-again'),
        askAction: askPrompt(deps, step) && pathOf(visit, 'complete-profile/ask'),
        upstream: deps.upstreams.nameOf(upstreamId),
        person: identity.name,
        given: identity.email !== undefined,
        values: typed ?? { email: identity.email?.value ?? '', name: identity.name ?? '' },
        note,
        problems,
      },
    });
  });

/** "One more thing": the upstream brought no address that can be used, or one that it does not vouch for. */
export const showCompleteProfile = show({});

/** Declined there by mistake: back to the upstream, which asks once more. */
export const askAgain = atStep('complete-profile', async (deps, ctx, visit, step) => {
  await deps.web.form(ctx);
  const prompt = askPrompt(deps, step);
  if (!prompt) return deps.web.redirect(ctx, pathOf(visit, 'complete-profile'));
  await leaveFor(deps, ctx, visit, step.arrival.upstreamId, { prompt });
});

/** With what the upstream asks anew for an address that it did not bring; undefined when it brought one, or would not ask. */
function askPrompt({ upstreams }: SignInDeps, { arrival }: StepNamed<'complete-profile'>): string | undefined {
  const { identity, upstreamId } = arrival;
  return identity.email ? undefined : upstreams.list().find(({ id }) => id === upstreamId)?.askAgainPrompt;
}

/** Goes on with the typed address, which proves nothing until its code comes back. */
export const submitCompleteProfile = atStep('complete-profile', async (deps, ctx, visit, step) => {
  const { web, accounts } = deps;
  const { email = '', name = '' } = await web.form(ctx);
  const typed = { email, name: name.trim() };
  const t = web.t(ctx);
  const address = parseAddress(email);
  const problems = [...addressProblems(t, email, address), ...nameProblems(t, typed.name)];
  if (!address || problems.length > 0) return show({ status: 422, problems }, typed)(deps, ctx, visit);
  const again = (shown: Shown) => show(shown, typed)(deps, ctx, visit);
  // Its own upstream is where this person comes from.
  const elsewhere = homeOf(deps, address)?.id !== step.arrival.upstreamId;
  if (elsewhere && (await goHome(deps, ctx, visit, address, { byPassword: true, again }))) return;
  const arrival = { ...step.arrival, typed: { address, name: typed.name || undefined } };
  const outcome = await accounts.arrive(arrival, bindingOf(deps, ctx, visit));
  await goOn(deps, ctx, visit, outcome, {
    manner: federated(arrival),
    again,
    fresh: true,
  });
});
