import type { Context } from 'koa';
import { isUsable, type Account, type Told } from '../accounts/index.ts';
import { epochSeconds } from '../kit/clock.ts';
import { IdpError } from '../kit/errors.ts';
import type { Visit } from '../oidc/index.ts';
import { accountDisabled } from './another_way.ts';
import { aboutVisit, bindingOf, type SignInDeps } from './deps.ts';
import { mayUseApp, turnAway } from './not_allowed.ts';
import { owesOffer } from './owes_offer.ts';
import { missingStep, withTrust } from './second_step.ts';
import { moveTo, provenOf, type Manner, type Proven } from './steps.ts';
import { takesWay } from './ways.ts';

const LAST_UPSTREAM_SECONDS = 365 * 86_400;
/** How long a proof waits for its answers. Whoever comes later to the open page may be somebody else. */
const PROOF_SECONDS = 300;

/**
 * Ends the login step for whoever was just proven. `account` was read before the proof, not after, unless it is `fresh`: then
 * it is not read again.
 */
export function finishSignIn(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  account: Account,
  manner: Manner,
  { fresh = false, joins, told }: { fresh?: boolean | undefined; told?: Told | undefined } & Pick<Proven, 'joins'> = {},
): Promise<void> {
  const { id: accountId, proofEpoch, provenFrom } = account;
  // A login within the second in which everything was ended is one after it.
  const provenAt = Math.max(epochSeconds(), Math.ceil((provenFrom?.getTime() ?? 0) / 1000));
  const proven = { accountId, manner, provenAt, proofEpoch, since: epochSeconds(), joins };
  return goOnProven(deps, ctx, visit, proven, { known: fresh ? account : undefined, told });
}

/** Goes on with somebody who proved more. */
export function proveMore(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  proven: Proven,
  methods: readonly string[],
): Promise<void> {
  const { manner } = proven;
  const all = [...new Set([...manner.methods, ...methods])];
  return goOnProven(deps, ctx, visit, { ...proven, manner: { ...manner, methods: all }, since: epochSeconds() });
}

/**
 * The same for a proof that waited, or asks first: for a second factor, for the terms in force, and when this browser is signed
 * in as somebody else. Refuses a disabled or deleted account: this is the one way to a session, whatever was proven before.
 */
export async function goOnProven(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  given: Proven,
  {
    known,
    agreedToSwitch = false,
    told,
  }: { known?: Account | undefined; agreedToSwitch?: boolean; told?: Told | undefined } = {},
): Promise<void> {
  const account = known ?? (await deps.accounts.find(given.accountId));
  const aside = async (go: () => Promise<void>) => {
    await tell(deps, visit, told);
    await go();
  };
  if (!account || !isUsable(account)) return aside(() => refuseAccount(deps, ctx, visit, given, account));
  if (isStale(account, given) || !takesWay(visit, given.manner.upstreamId))
    return aside(() => startOver(deps, ctx, visit));
  const proven = await withTrust(deps, ctx, visit, account, provenOf(given));
  const missing = await missingStep(deps, visit, account, proven);
  if (missing) return aside(() => moveTo(deps, ctx, visit, missing));
  const { joins } = proven;
  if (joins) return aside(() => joinFirst(deps, ctx, visit, { ...proven, joins: undefined }, joins));
  requireVerified(account);
  if (!mayUseApp(deps, visit, account)) return aside(() => turnAway(deps, ctx, visit, account));
  const ask = (step: 'accept-terms' | 'passkey-offer' | 'switch-account') =>
    aside(() => moveTo(deps, ctx, visit, { ...proven, step }));
  if (owesTerms(deps, account)) return ask('accept-terms');
  if (await owesOffer(deps, visit, account, proven)) return ask('passkey-offer');
  const session = agreedToSwitch ? undefined : await deps.oidc.session(ctx);
  if (session && session.accountId !== proven.accountId) return ask('switch-account');
  await complete(deps, ctx, visit, account, proven, told);
}

/**
 * Writes what tells of a proof, before anything that comes between it and the end of the visit. IdpError interaction_expired when
 * a decisive step of it meets nothing any more: the proof does not hold.
 */
export async function tell(deps: Pick<SignInDeps, 'recordDeed'>, visit: Visit, told: Told | undefined): Promise<void> {
  if (told && !(await deps.recordDeed(told.deed, told.events)))
    throw new IdpError('interaction_expired', { reference: visit.reference });
}

/** Back to the first page, for anyone: what was proven counts for nothing any more. */
export function startOver(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  return moveTo(deps, ctx, visit, { step: 'start', anyone: true });
}

/** Whether a proof has waited so long for an answer that whoever is at the page now may be somebody else. */
export function isOld({ since }: Pick<Proven, 'since'>): boolean {
  return epochSeconds() - since > PROOF_SECONDS;
}

/**
 * The same before the answer counts; also for a proof that would fail by now: a password that was replaced or removed since,
 * an identity that was disconnected. Whoever was shut out meanwhile stays out.
 */
export function isStale(account: Account | undefined, proven: Proven): boolean {
  return isOld(proven) || account?.proofEpoch !== proven.proofEpoch;
}

async function refuseAccount(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  { accountId, manner: { upstreamId } }: Proven,
  account: Account | undefined,
): Promise<never> {
  const about = { ...aboutVisit(visit), upstreamId, accountId: account && accountId };
  await deps.record({ ...about, type: 'sign_in.account_disabled', outcome: 'refused' });
  throw accountDisabled(deps, ctx, visit);
}

/** The identity that waited for the proof joins the account before it is read once more: joining may verify its address. */
async function joinFirst(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  proven: Proven,
  link: NonNullable<Proven['joins']>,
): Promise<void> {
  const joined = await deps.accounts.join(link, bindingOf(deps, ctx, visit));
  if (joined.ok) return goOnProven(deps, ctx, visit, proven);
  if (joined.reason === 'disabled') throw accountDisabled(deps, ctx, visit);
  const { upstreamId: upstream } = link.arrival;
  await moveTo(deps, ctx, visit, { step: 'start', note: { kind: 'refused', upstream } });
}

function requireVerified({ address }: Account): void {
  if (address?.verifiedAt) return;
  throw new IdpError('internal', { cause: new Error('a login without a verified address') });
}

/** Only a login asks: a session that began before the terms changed lasts until its end. */
function owesTerms({ signup }: SignInDeps, { termsVersion }: Account): boolean {
  const { terms } = signup();
  return terms !== undefined && terms.version !== termsVersion;
}

async function complete(
  { accounts, oidc, web }: SignInDeps,
  ctx: Context,
  visit: Visit,
  account: Account,
  { manner: { methods, remember, upstreamId, identity }, provenAt, proofEpoch, raises: raised }: Proven,
  told: Told = { deed: [], events: [] },
): Promise<void> {
  const { id: accountId } = account;
  if (remember) await oidc.remember(visit.browserHash, accountId);
  if (upstreamId) web.cookies.set(ctx, 'last_upstream', upstreamId, { maxAge: LAST_UPSTREAM_SECONDS });
  const about = { ...aboutVisit(visit), upstreamId, accountId };
  const detail = { method: methods.join(' '), ...(raised && { raised }) };
  const completed = { ...about, type: 'sign_in.completed', outcome: 'ok', detail } as const;
  const through = upstreamId && identity ? { upstreamId, ...identity } : undefined;
  const login = { accountId, amr: methods, remember, provenAt, proofEpoch, raised, upstreamId, through };
  const events = [...told.events, completed];
  const { browserHash, reference } = visit;
  const note = told.known
    ? undefined
    : accounts.noteSignIn(account, { browserHash, reference, locale: web.locale(ctx) });
  const onward = await oidc.finish(visit, { login }, events, [...told.deed, ...(note?.deed ?? [])]);
  await note?.afterwards();
  web.redirect(ctx, onward);
}
