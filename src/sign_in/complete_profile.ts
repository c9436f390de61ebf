import { parseAddress } from '../kit/addresses.ts';
import { addressProblems, nameProblems, type Shown } from '../web/index.ts';
import { bindingOf } from './deps.ts';
import { goHome } from './go_home.ts';
import { goOn } from './go_on.ts';
import { atStep, federated, pathOf } from './steps.ts';
import { formTargets } from './upstream_buttons.ts';
import { homeOf } from './ways.ts';

interface Typed {
  email: string;
  name: string;
}

const show = (shown: Shown, typed?: Typed) =>
  atStep('complete-profile', async (deps, ctx, visit, { arrival }) => {
    const { web } = deps;
    const { identity, upstreamId } = arrival;
    await web.page(ctx, {
      view: 'sign_in/complete_profile',
      screen: 'complete-profile',
      title: web.t(ctx)('sign_in.complete_profile.title'),
      status: shown.status,
      formTargets: formTargets(deps, visit),
      locals: {
        action: pathOf(visit, 'complete-profile'),
        cancelAction: pathOf(visit, 'start-again'),
        upstream: deps.upstreams.nameOf(upstreamId),
        person: identity.name,
        given: identity.email !== undefined,
        values: typed ?? { email: identity.email?.value ?? '', name: identity.name ?? '' },
        problems: shown.problems ?? [],
      },
    });
  });

/** "One more thing": the upstream brought no address that can be used, or one that it does not vouch for. */
export const showCompleteProfile = show({});

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
  });
});
