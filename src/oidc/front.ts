import type { Context, Middleware, Next } from 'koa';
import { IdpError } from '../kit/errors.ts';
import type { RecordDeed } from '../events/index.ts';
import { AGAIN_AFTER, guarded } from './artifacts/guarded_database.ts';
import { models } from './artifacts/models.ts';
import {
  allEndings,
  allSaved,
  bring,
  currentUnit,
  inOneUnit,
  inRequestScope,
  unitOfRequest,
  type Unit,
} from './artifacts/request_scope.ts';
import type { OidcDeps } from './deps.ts';
import { DOCUMENTS, tellDocument } from './documents.ts';
import type { VisitResult } from './door.ts';
import type { Engine } from './engine.ts';
import type { LastUse } from './last_use.ts';
import { letGoAtEnd } from './let_go.ts';
import { tellNotSaved } from './not_saved.ts';
import { LONGEST_REQUEST, routes } from './routes.ts';
import { tellPrecisely } from './mistakes/tell.ts';
import { allowLibraryForm } from './self_submitting.ts';
import { notingThrough } from './session_upstreams.ts';
import type { Visits } from './visits.ts';

/** What the front works with. */
interface FrontDeps {
  web: Pick<OidcDeps['web'], 'browser' | 'cookies' | 'note' | 'rawForm' | 'redirect'>;
  visits: Pick<Visits, 'ofRequest'>;
  lastUse: LastUse;
  recordDeed: RecordDeed;
  /** The library's own routes, as of this moment. */
  engine(): Pick<Engine, 'provider' | 'routes' | 'serves' | 'discovery' | 'documents'>;
}

/** Where visits begin, and with a uid behind it where they go on. */
const BEGINNINGS: readonly string[] = [routes.authorization, routes.code_verification];
const RESUME = new RegExp(`^(${BEGINNINGS.join('|')})/([A-Za-z0-9_-]{1,64})$`);

/** Both must take a form by the specifications (OIDC Core 3.1.2.1, RP-Initiated Logout 2). */
const FORMS: ReadonlySet<string> = new Set([routes.authorization, routes.end_session]);

/** Where somebody asks by a token. When it was obtained, which is not long ago, its use was noted. */
const ASKING: ReadonlySet<string> = new Set([routes.userinfo, routes.introspection]);

/** Stands between the plumbing and the library: what the library would accept and we do not, ends here. */
export function createFront(deps: FrontDeps): Middleware {
  return async (ctx, next) => {
    const [, beginning = ctx.path, uid] = RESUME.exec(ctx.path) ?? [];
    // A request keeps the engine that it began with.
    const engine = deps.engine();
    const query = uid === undefined && ctx.querystring !== '' ? ctx.query : {};
    if (!engine.serves(beginning, query) || (uid !== undefined && ctx.method === 'POST')) return next();
    deps.web.note(ctx, { route: uid === undefined ? ctx.path : `${beginning}/:uid` });
    if (ctx.method === 'POST' && FORMS.has(ctx.path)) return formAsQuery(deps, engine, ctx);
    if (FORMS.has(ctx.path) && ctx.querystring.length > LONGEST_REQUEST) throw tooLarge(engine);
    if (ctx.path === routes.code_verification && ctx.query['user_code'] !== undefined) return fillIn(deps, ctx);
    if (ctx.path === routes.code_verification && ctx.method === 'POST') requireCookies(deps, ctx);
    if (DOCUMENTS.has(ctx.path)) return tellDocument(engine, ctx, next);
    if (!BEGINNINGS.includes(beginning)) {
      // Nothing of what is issued or ended there is read again by the same request.
      const overlapping = ctx.path === routes.token || ctx.path === routes.revocation;
      return inRequestScope(() => answer(deps, engine, ctx, next), { overlapping });
    }
    const unit = await inOneUnit(async () => {
      if (uid !== undefined) await checkResume(deps, ctx, uid);
      await answer(deps, engine, ctx, next);
    });
    await keep(deps, ctx, unit);
  };
}

type Current = ReturnType<FrontDeps['engine']>;

async function answer({ lastUse, recordDeed }: FrontDeps, engine: Current, ctx: Context, next: Next): Promise<void> {
  letGoAtEnd(ctx);
  await engine.routes(ctx, next);
  await allSaved()
    .then(() => endAll(recordDeed))
    .catch((error: unknown) => tellNotSaved(engine.provider, ctx, error));
  tellPrecisely(ctx);
  if (ctx.status === 503 && !ctx.response.get('Retry-After')) ctx.set('Retry-After', String(AGAIN_AFTER));
  const state = engineState(ctx);
  allowLibraryForm(ctx, endOfFlow(state));
  if (ctx.status >= 400) return;
  noteOrigin(state);
  noteUse(lastUse, ctx, state);
}

/** All of it or nothing: of half of it nobody could say later what the other half was, and asking again would end no more. */
async function endAll(recordDeed: RecordDeed): Promise<void> {
  const steps = allEndings();
  if (steps.length > 0) await guarded(recordDeed(steps, []));
}

/**
 * What an authorization wants to keep stands in one transaction, and the browser hears of it afterwards. When it cannot be
 * kept, nothing was done: not even a cookie is set, and the same request can be made again.
 */
async function keep({ recordDeed }: FrontDeps, ctx: Context, { deed, events }: Unit): Promise<void> {
  const failed = ctx.status >= 500;
  try {
    if (!failed && !(await write(recordDeed, { deed, events }))) throw new IdpError('interaction_expired');
  } catch (error) {
    ctx.remove('Set-Cookie');
    throw error;
  }
  if (failed) ctx.remove('Set-Cookie');
}

async function write(recordDeed: RecordDeed, { deed, events }: Unit): Promise<boolean> {
  const alone = onlyOne({ deed, events });
  if (!alone) return recordDeed(deed, events);
  await alone();
  return true;
}

/** How the one artifact of a unit is saved: alone it needs no transaction, and is saved with those of other requests. */
function onlyOne({ deed, events }: Unit): (() => Promise<void>) | undefined {
  return deed.length === 1 && events.length === 0 ? deed[0]?.alone : undefined;
}

/** A browser that comes with its session, and an app that obtains something by what it was allowed. */
function noteUse(lastUse: LastUse, ctx: Context, { session, entities }: EngineState): void {
  if (session?.uid !== undefined && session.accountId !== undefined && !session.destroyed) {
    const unit = currentUnit();
    if (unit && !onlyOne(unit)) unit.deed.push(...lastUse.notingSession(ctx, session.uid));
    else lastUse.session(ctx, session.uid);
  }
  if (entities?.Grant?.jti !== undefined && !ASKING.has(ctx.path)) lastUse.grant(ctx, entities.Grant.jti);
}

/** A login that was just resumed: through which identity its session came. Not while the library still asks to switch accounts. */
function noteOrigin({ session, entities }: EngineState): void {
  const login = entities?.Interaction?.result?.login;
  if (!login?.through || session?.uid === undefined || session.accountId !== login.accountId) return;
  unitOfRequest().deed.push(notingThrough(session.uid, login.through));
}

/** Cross-site form posts bring no Lax cookie along; the GET that follows a 303 does. */
async function formAsQuery({ web }: FrontDeps, engine: Current, ctx: Context): Promise<void> {
  const fields = await web.rawForm(ctx).catch((error: unknown) => {
    throw isTooLarge(error) ? tooLarge(engine, error) : error;
  });
  web.redirect(ctx, `${ctx.path}?${new URLSearchParams(fields).toString()}`);
}

/** Our page has set one: a browser that sends none back would be asked for the code for ever. */
function requireCookies({ web }: FrontDeps, ctx: Context): void {
  if (web.browser.read(ctx) === undefined) throw new IdpError('cookies_missing');
}

/** A device's link would make the library's form send itself: ours waits for its person, with the code filled in. */
function fillIn({ web }: FrontDeps, ctx: Context): void {
  web.redirect(ctx, `${ctx.path}?${new URLSearchParams({ code: String(ctx.query['user_code']) }).toString()}`);
}

/** What does not fit can be pushed (RFC 9126). */
function tooLarge({ serves }: Current, cause?: unknown): IdpError {
  const instead = routes.pushed_authorization_request;
  return new IdpError('too_large', { facts: serves(instead) ? { instead } : {}, cause });
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 413;
}

/** The library trusts a cookie that a sibling domain can plant; the binding of the browser cannot be. */
async function checkResume({ web, visits }: FrontDeps, ctx: Context, uid: string): Promise<void> {
  const { interaction } = await visits.ofRequest(ctx, uid);
  if (interaction) bring(models.Interaction.table, uid, () => interaction);
  // The library goes by the cookie alone and never looks at the path.
  if (web.cookies.get(ctx, 'resume') !== uid) throw new IdpError('interaction_expired');
}

/** Where the library's form finally leads: the client, or where it wants people to go after signing out. */
function endOfFlow(oidc: EngineState): string | undefined {
  const uri = oidc.session?.state?.['postLogoutRedirectUri'] ?? oidc.params?.['post_logout_redirect_uri'];
  const redirect = oidc.entities?.Interaction?.params?.['redirect_uri'];
  if (typeof redirect === 'string') return redirect;
  return typeof uri === 'string' ? uri : undefined;
}

interface EngineState {
  params?: Record<string, unknown>;
  session?: { state?: Record<string, unknown>; uid?: string; accountId?: string; destroyed?: boolean };
  entities?: {
    Grant?: { jti?: string };
    Interaction?: { params?: Record<string, unknown>; result?: { login?: VisitResult['login'] } };
  };
}

/** The library's request state is only there after its routes ran, and only as far as they came. */
function engineState(ctx: Context): EngineState {
  const state: unknown = 'oidc' in ctx ? ctx['oidc'] : undefined;
  return isEngineState(state) ? state : {};
}

function isEngineState(value: unknown): value is EngineState {
  return typeof value === 'object' && value !== null && 'entities' in value;
}
