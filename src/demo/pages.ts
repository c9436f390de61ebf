import type Koa from 'koa';
import type { Logger } from '../kit/logger.ts';
import type { Web } from '../web/index.ts';
import { showHome } from './home.ts';
import { problemOf } from './problems.ts';
import type { RelyingParty, SignIn } from './relying_party.ts';
import { addTrip, oneAtATime, takeTrip, type DemoSession, type Sessions } from './sessions.ts';

/** What the pages of the demo need. */
export interface PagesDeps {
  web: Web;
  issuer: string;
  relyingParty: RelyingParty;
  sessions: Sessions;
  fetch: typeof fetch;
  logger: Logger;
}

type Handler = (ctx: Koa.Context) => Promise<void>;

/** The pages and forms of the demo. */
export interface Pages {
  home: Handler;
  /** Begins a sign-in, with more parameters for the issuer. */
  begin: (ctx: Koa.Context, extra: Record<string, string>) => Promise<void>;
  callback: Handler;
  refresh: Handler;
  callApi: Handler;
  signOut: Handler;
}

const HOME = '/demo';

/** The pages of the demo app. Every step ends with 303 to `/demo`, which says what happened: no code stays in an address. */
export function createPages(deps: PagesDeps): Pages {
  const { relyingParty } = deps;
  return {
    home: (ctx) => showHome(deps, ctx),
    begin: (ctx, extra) => begin(deps, ctx, extra),
    callback: (ctx) => comeBack(deps, ctx),
    refresh: (ctx) =>
      withSignIn(deps, ctx, async (session, signIn) => {
        session.signIn = await relyingParty.refresh(signIn);
        session.signIn = await relyingParty.userinfo(session.signIn);
        session.message = { kind: 'note', text: 'demo.notes.refreshed' };
      }),
    callApi: (ctx) =>
      withSignIn(deps, ctx, async (session, signIn) => {
        session.signIn = await relyingParty.forApi(signIn);
        session.apiAnswer = await askApi(deps, session.signIn);
      }),
    signOut: (ctx) => signOut(deps, ctx),
  };
}

async function begin(deps: PagesDeps, ctx: Koa.Context, extra: Record<string, string>): Promise<void> {
  await deps.web.form(ctx);
  const session = deps.sessions.ensure(ctx);
  const begun = await tried(deps, session, () => deps.relyingParty.begin(extra));
  if (begun) addTrip(session, begun.trip);
  seeOther(ctx, begun?.url ?? HOME);
}

async function comeBack(deps: PagesDeps, ctx: Koa.Context): Promise<void> {
  const { sessions, relyingParty } = deps;
  const session = sessions.ensure(ctx);
  const answer = new URL(ctx.url, deps.issuer);
  const trip = takeTrip(session, answer.searchParams.get('state') ?? '');
  if (!trip) session.message = { kind: 'problem', text: 'demo.notes.expired' };
  const signIn = trip && (await tried(deps, session, () => relyingParty.finish(answer, trip)));
  if (signIn) {
    session.signIn = signIn;
    session.apiAnswer = undefined;
    sessions.renew(ctx, session);
  }
  seeOther(ctx, HOME);
}

/** Signs out here whatever happens, then goes to the issuer to sign out there. */
async function signOut(deps: PagesDeps, ctx: Koa.Context): Promise<void> {
  await deps.web.form(ctx);
  const session = deps.sessions.find(ctx);
  deps.sessions.end(ctx);
  const signIn = session?.signIn;
  const url =
    signIn && (await tried(deps, session, () => deps.relyingParty.signOutUrl(signIn, `${deps.issuer}${HOME}`)));
  seeOther(ctx, url ?? HOME);
}

/** A form of a signed-in person. Whoever is signed out meanwhile just sees the first page. */
async function withSignIn(
  deps: PagesDeps,
  ctx: Koa.Context,
  work: (session: DemoSession, signIn: SignIn) => Promise<void>,
): Promise<void> {
  await deps.web.form(ctx);
  const session = deps.sessions.find(ctx);
  if (session)
    await oneAtATime(session, async () => {
      const { signIn } = session;
      if (signIn) await tried(deps, session, () => work(session, signIn));
    });
  seeOther(ctx, HOME);
}

async function askApi({ issuer, fetch }: PagesDeps, { accessToken }: SignIn): Promise<DemoSession['apiAnswer']> {
  const answer = await fetch(`${issuer}/demo/api`, {
    headers: { authorization: `Bearer ${accessToken.value}`, accept: 'application/json' },
  });
  return { status: answer.status, body: await answer.json() };
}

/** Does it, or leaves a sentence for the next page. What the issuer no longer knows, the app forgets too. */
async function tried<Result>(
  { logger }: PagesDeps,
  session: DemoSession,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    const problem = problemOf(error);
    if (!problem) throw error;
    logger.info({ reason: problem.reason }, 'the demo app did not get what it asked for');
    if (problem.text === 'demo.notes.session_over') session.signIn = undefined;
    session.message = { kind: problem.text === 'demo.notes.cancelled' ? 'note' : 'problem', text: problem.text };
    return undefined;
  }
}

function seeOther(ctx: Koa.Context, url: string): void {
  ctx.redirect(url);
  ctx.status = 303;
}
