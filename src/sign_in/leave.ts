import type { Context } from 'koa';
import { IdpError } from '../kit/errors.ts';
import type { Visit } from '../oidc/index.ts';
import { CHAIN_PARAMETER } from '../upstreams/index.ts';
import { aboutVisit, type SignInDeps } from './deps.ts';
import { linkOf, moveTo, stepOf, type Note } from './steps.ts';
import { takesWay } from './ways.ts';

/** How somebody leaves for an upstream. */
interface Leaving {
  /** The address that they typed; else the one that the app expects. */
  loginHint?: string;
  /** What the upstream is to ask: for another account than the one that would open by itself, or for what was declined. */
  prompt?: string;
  /** The app named the upstream: our page was not shown. */
  hinted?: true;
}

/**
 * Sends the person of a visit to an upstream. When it is none that the app takes, or cannot take anybody now, they are back
 * on the page where they were, with a note. The trip remembers what it is for: to sign in, or to prove an account before joining.
 */
export async function leaveFor(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  upstreamId: string,
  { loginHint, prompt, hinted }: Leaving = {},
): Promise<void> {
  const { web, oidc, upstreams, record } = deps;
  if (!takesWay(visit, upstreamId)) return refuseWay(deps, ctx, visit, upstreamId);
  const step = stepOf(visit);
  const aim =
    step.step === 'link-account' ? ({ purpose: 'link', link: linkOf(step) } as const) : ({ purpose: 'login' } as const);
  const chain = textIn(visit, CHAIN_PARAMETER);
  const about = { ...aboutVisit(visit), upstreamId };
  if (upstreams.leadsBack(upstreamId, chain)) {
    await record({ ...about, type: 'sign_in.trip_refused', outcome: 'refused', reason: 'loop' });
    return backWith(deps, ctx, visit, { kind: 'loop', upstream: upstreamId });
  }
  const wishes = {
    loginHint: loginHint ?? textIn(visit, 'login_hint'),
    prompt: prompt ?? promptOf(visit),
    maxAge: textIn(visit, 'max_age'),
    acrValues: textIn(visit, 'acr_values'),
    need: visit.need === 'none' ? undefined : visit.need,
    uiLocales: web.locale(ctx),
    chain,
  };
  const { browserHash, uid: interactionUid, reference } = visit;
  const trip = { ...aim, browserHash, interactionUid, reference, ...wishes } as const;
  const event = { ...about, type: 'sign_in.trip_begun', outcome: 'ok', detail: { purpose: aim.purpose } } as const;
  const begun = await upstreams.begin(upstreamId, trip, [event]).catch((cause: unknown) => noteOn(cause, upstreamId));
  if (typeof begun === 'object') return backWith(deps, ctx, visit, begun);
  const wasHinted = step.step === 'start' && step.hinted === true;
  if (wasHinted !== (hinted === true)) await oidc.progress(visit.uid, { ...step, hinted });
  web.redirect(ctx, begun);
}

/** A way that the app does not take, whoever made the request: it says nothing of which ways there are. */
export async function refuseWay(deps: SignInDeps, ctx: Context, visit: Visit, upstreamId: string): Promise<void> {
  const known = deps.upstreams.list().some(({ id }) => id === upstreamId);
  const about = { ...aboutVisit(visit), upstreamId: known ? upstreamId : undefined };
  await deps.record({ ...about, type: 'sign_in.way_refused', outcome: 'refused' });
  return backWith(deps, ctx, visit, { kind: 'not_offered' });
}

/** Back to the page from which people go to upstreams, with a note: the first one, or one that waits for what they bring. */
export function backWith(deps: SignInDeps, ctx: Context, visit: Visit, note: Note): Promise<void> {
  const step = stepOf(visit);
  if (step.step === 'link-account' || step.step === 'complete-profile')
    return moveTo(deps, ctx, visit, { ...step, note });
  const { email, anyone } = step.step === 'start' ? step : {};
  return moveTo(deps, ctx, visit, { step: 'start', email, anyone, note });
}

function textIn({ params }: Visit, name: string): string | undefined {
  const value = params[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/**
 * Whether the person has to prove themselves anew, or to choose (OIDC Core 3.1.2.1); upstreams that know the word are told.
 * `consent` and `create` are about us, and `none` never travels: it would come back with an error.
 */
function promptOf(visit: Visit): string | undefined {
  const step = stepOf(visit);
  const asked = textIn(visit, 'prompt')?.split(' ') ?? [];
  if (asked.includes('login') || visit.prompt.reasons.includes('max_age')) return 'login';
  if (asked.includes('select_account') || (step.step === 'start' && step.anyone)) return 'select_account';
  return undefined;
}

const noteKinds = {
  upstream_failed: 'failed',
  upstream_unavailable: 'unavailable',
  upstream_misconfigured: 'misconfigured',
} as const;

/** What to say of an upstream that let us down, and may be tried again after `wait` seconds. */
export function failureNote(code: keyof typeof noteKinds, upstream: string, wait?: number): Note {
  return { kind: noteKinds[code], upstream, wait };
}

function noteOn(cause: unknown, upstream: string): Note {
  if (!(cause instanceof IdpError)) throw cause;
  const { code, details } = cause;
  // Switched off while the page was open, or never there.
  if (code === 'not_found') return { kind: 'not_offered' };
  if (code === 'upstream_failed' || code === 'upstream_unavailable' || code === 'upstream_misconfigured') {
    return failureNote(code, upstream, details.retryAfter);
  }
  throw cause;
}
