import type { Context } from 'koa';
import type { AdapterPayload } from 'oidc-provider';
import type { Level } from '../clients/index.ts';
import { now } from '../kit/clock.ts';
import { IdpError } from '../kit/errors.ts';
import { parameterOf } from '../web/index.ts';
import type { ModelStore } from './artifacts/artifact_store.ts';
import type { AuthorizationTypes } from './authorization_details/type_settings.ts';
import type { ClientDirectory } from './client_directory.ts';
import type { Visit } from './door.ts';
import type { OidcDeps } from './deps.ts';
import { describeVisit } from './visit.ts';
import type { VisitRecord, VisitStore } from './visit_store.ts';

/** What visits work with. */
interface VisitsDeps {
  web: Pick<OidcDeps['web'], 'browser' | 'note' | 't'>;
  clients: Pick<ClientDirectory, 'find'>;
  store: VisitStore;
  sessions: Pick<ModelStore, 'findByUid'>;
  /** What the issuer asks of everybody. */
  need: () => Level;
  /** What apps may ask for in detail. */
  types: () => AuthorizationTypes;
}

/** A visit with the artifact of the library behind it. */
export interface LiveVisit {
  visit: Visit;
  interaction: AdapterPayload;
}

/** Finds visits, and refuses all but the browser in which they began. */
export interface Visits {
  current(ctx: Context): Promise<Visit>;
  find(uid: string, browserHash: string | undefined): Promise<Visit>;
  /** What a visit was made of; undefined when it has ended, or when its session is by now somebody else's, or nobody's. */
  live(visit: Visit): Promise<LiveVisit | undefined>;
  /** The visit, finished or not, when this is its browser. Else IdpError as `find`. */
  ofBrowser(uid: string, browserHash: string | undefined): Promise<VisitRecord>;
  /** The same for a request: notes the reference, and the one button of an error page. */
  ofRequest(ctx: Context, uid: string): Promise<VisitRecord>;
}

/** Visits over their store and the library's interactions. */
export function createVisits(deps: VisitsDeps): Visits {
  const found = new WeakMap<Visit, LiveVisit>();
  const opened = async (uid: string, record: VisitRecord): Promise<Visit> => {
    const live = await open(deps, uid, record);
    found.set(live.visit, live);
    return live.visit;
  };
  return {
    find: async (uid, browserHash) => opened(uid, await ofBrowser(deps, uid, browserHash)),
    async live(visit) {
      const known = found.get(visit);
      if (known) return (await sessionOf(deps, known.interaction)) ? known : undefined;
      const record = await ofBrowser(deps, visit.uid, visit.browserHash);
      return record.finishedAt ? undefined : open(deps, visit.uid, record);
    },
    ofBrowser: (uid, browserHash) => ofBrowser(deps, uid, browserHash),
    ofRequest: (ctx, uid) => ofRequest(deps, ctx, uid),
    async current(ctx) {
      const uid = uidOf(ctx);
      const visit = await opened(uid, await ofRequest(deps, ctx, uid));
      const wish = visit.params['ui_locales'];
      deps.web.note(ctx, { primary: undefined, uiLocales: typeof wish === 'string' ? wish : undefined });
      return visit;
    },
  };
}

async function ofBrowser({ store }: VisitsDeps, uid: string, browserHash: string | undefined): Promise<VisitRecord> {
  const record = await store.find(uid);
  if (!record) throw new IdpError('interaction_expired');
  if (browserHash === undefined) throw new IdpError('cookies_missing');
  if (record.browserHash !== browserHash) throw new IdpError('interaction_foreign');
  return record;
}

async function ofRequest(deps: VisitsDeps, ctx: Context, uid: string): Promise<VisitRecord> {
  const { web } = deps;
  try {
    const record = await ofBrowser(deps, uid, web.browser.read(ctx));
    web.note(ctx, { reference: record.reference, primary: await wayOn(deps, ctx, uid, record) });
    return record;
  } catch (error) {
    throw sharperFor(ctx, error);
  }
}

async function open(deps: VisitsDeps, uid: string, record: VisitRecord): Promise<LiveVisit> {
  const expired = () => new IdpError('interaction_expired', { reference: record.reference });
  if (record.finishedAt || record.expiresAt <= now()) throw expired();
  const { interaction } = record;
  if (!interaction?.prompt) throw expired();
  const client = await deps.clients.find(record.clientId);
  if (!client) throw expired();
  const session = await sessionOf(deps, interaction);
  if (!session) throw expired();
  const around = { client, session, need: deps.need(), types: deps.types() };
  return { visit: describeVisit(uid, record, interaction, around), interaction };
}

/**
 * The one button of the error page. Whoever took too long begins again, where that is possible. After success, or where it
 * is not, only the app can go on: its `state` was used, so that the same request would end in an error there.
 */
async function wayOn({ web, clients }: VisitsDeps, ctx: Context, uid: string, record: VisitRecord) {
  const t = web.t(ctx);
  const repeatable = !record.finishedAt && Object.keys(record.params).length > 0;
  if (repeatable) return { label: t('error_page.restart'), href: `/interaction/${uid}/restart` };
  const client = await clients.find(record.clientId);
  const home = client?.['client_uri'];
  // Nobody is led where a stranger says.
  if (!client || client.stranger || typeof home !== 'string') return undefined;
  return { label: t('error_page.back_to_app', { app: client.client_name }), href: home };
}

/** `:uid` of the matched route. */
export function uidOf(ctx: Context): string {
  return parameterOf(ctx, 'uid');
}

/** Without a binding but with other cookies of ours, it is another browser's page; cookies do work here. */
function sharperFor(ctx: Context, error: unknown): unknown {
  const cookiesWork = (ctx.headers.cookie ?? '').includes('gatehouse_');
  if (error instanceof IdpError && error.code === 'cookies_missing' && cookiesWork)
    return new IdpError('interaction_foreign');
  return error;
}

/**
 * The session in which a page arose, empty when it arose in none. Undefined once another person, or nobody, is signed in there:
 * the page is dead then.
 */
async function sessionOf({ sessions }: VisitsDeps, { session }: AdapterPayload): Promise<AdapterPayload | undefined> {
  if (session?.uid === undefined) return {};
  const found = await sessions.findByUid(session.uid);
  return found?.accountId === session.accountId ? found : undefined;
}
