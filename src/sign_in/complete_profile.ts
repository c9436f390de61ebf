import type { Context } from 'koa';
import { parseAddress } from '../kit/addresses.ts';
import type { Visit } from '../oidc/index.ts';
import { goOn } from './arrival.ts';
import type { SignInDeps } from './deps.ts';
import { bindingOf } from './move.ts';
import { problem, type Problem } from './problems.ts';
import { stepOf } from './steps.ts';
import { upstreamName } from './upstream_buttons.ts';

interface Shown {
  status?: number;
  problems?: Problem[];
  values?: { email: string; name: string };
}

/** "One more thing": the upstream brought no address that can be used (pages.md 44). */
export async function showCompleteProfile(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  shown: Shown = {},
): Promise<void> {
  const { web } = deps;
  const step = stepOf(visit);
  if (step.step !== 'complete-profile') return web.redirect(ctx, `/interaction/${visit.uid}`);
  const { identity, upstreamId } = step.arrival;
  await web.page(ctx, {
    view: 'sign_in/complete_profile',
    screen: 'complete-profile',
    title: web.t(ctx)('sign_in.complete_profile.title'),
    status: shown.status,
    formTargets: [visit.formTarget],
    locals: {
      action: `/interaction/${visit.uid}/complete-profile`,
      cancelAction: `/interaction/${visit.uid}/start-again`,
      upstream: upstreamName(deps, upstreamId),
      person: identity.name,
      values: shown.values ?? { email: '', name: identity.name ?? '' },
      problems: shown.problems ?? [],
    },
  });
}

/** Goes on with the typed address, which proves nothing until its code comes back. */
export async function submitCompleteProfile(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  const { web, accounts } = deps;
  const fields = await web.form(ctx);
  const step = stepOf(visit);
  if (step.step !== 'complete-profile') return web.redirect(ctx, `/interaction/${visit.uid}`);
  const t = web.t(ctx);
  const values = { email: fields['email'] ?? '', name: (fields['name'] ?? '').trim().slice(0, 100) };
  const again = (status: number, problems: Problem[]) =>
    showCompleteProfile(deps, ctx, visit, { status, problems, values });
  const address = parseAddress(values.email);
  if (!address) {
    const key = values.email.trim() === '' ? 'sign_in.problems.email_missing' : 'sign_in.problems.email_invalid';
    return again(422, [problem(t, key, 'email')]);
  }
  const name = values.name === '' ? undefined : values.name;
  const arrival = { ...step.arrival, typed: { address, name } };
  const outcome = await accounts.arrive(arrival, bindingOf(visit));
  await goOn(deps, ctx, visit, outcome, {
    arrival,
    manner: { method: 'fed', remember: false, upstreamId: arrival.upstreamId },
    otherwise: (problems) => again(429, problems),
  });
}
