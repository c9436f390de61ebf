import { parseAddress } from '../kit/addresses.ts';
import { addressProblems, nameProblems, type Shown } from '../web/index.ts';
import { bindingOf } from './deps.ts';
import { goOn } from './go_on.ts';
import { atStep, federated, pathOf } from './steps.ts';

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
      formTargets: [visit.formTarget],
      locals: {
        action: pathOf(visit, 'complete-profile'),
        cancelAction: pathOf(visit, 'start-again'),
        upstream: deps.upstreams.nameOf(upstreamId),
        person: identity.name,
        values: typed ?? { email: '', name: identity.name ?? '' },
        problems: shown.problems ?? [],
      },
    });
  });

/** "One more thing": the upstream brought no address that can be used. */
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
  const arrival = { ...step.arrival, typed: { address, name: typed.name || undefined } };
  const outcome = await accounts.arrive(arrival, bindingOf(deps, ctx, visit));
  await goOn(deps, ctx, visit, outcome, {
    manner: federated(arrival.upstreamId),
    again: (shown) => show(shown, typed)(deps, ctx, visit),
  });
});
