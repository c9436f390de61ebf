import type { ParsedUrlQuery } from 'node:querystring';
import Provider, { type Interaction, type KoaContextWithOIDC } from 'oidc-provider';
import type { Middleware } from 'koa';
import { adapterFactory } from './artifacts/adapter.ts';
import { awaitedAdapters } from './artifacts/awaited.ts';
import { allStores } from './artifacts/artifact_store.ts';
import { unitOfRequest } from './artifacts/request_scope.ts';
import { guarded, guardedDatabase, guardedDeed, unavailable } from './artifacts/guarded_database.ts';
import { engineConfiguration } from './configuration.ts';
import { recordEngineEvents } from './engine_events.ts';
import { takeSeveralSecrets } from './client_secrets.ts';
import { keepClients } from './kept_clients.ts';
import { discoveryOf, featuresOf, servedPaths } from './features/index.ts';
import { createGrants, type Grants } from './grants.ts';
import type { OidcDeps } from './deps.ts';
import { readingAlong } from './directory_entry.ts';
import type { LogoutNotices } from './logout_notices.ts';
import { asContext } from './protocol_errors.ts';
import { keptParameters } from './restart.ts';
import type { PublicDocument } from '../web/index.ts';
import { createRegisteredClients } from './registration/registered_clients.ts';
import { matcherOf } from './routes.ts';
import type { VisitStore } from './visit_store.ts';

/** The library with all we gave it, as of one moment. */
export interface Engine {
  provider: Provider;
  routes: Middleware;
  /** Whether something of the library's is there for a request. */
  serves(path: string, query?: ParsedUrlQuery): boolean;
  /** What the discovery documents say otherwise than the library does. */
  discovery: Record<string, unknown>;
  /** What was told of its settings and keys so far, by path: it holds as long as this engine. */
  documents: Map<string, PublicDocument>;
  grants: Grants;
}

/** Builds the library's provider. Throws when keys or settings do not fit; costs less than a millisecond. */
export function createEngine(own: OidcDeps, visits: VisitStore, notices: Pick<LogoutNotices, 'tryAgain'>): Engine {
  const deps = { ...own, accounts: readingAlong(own.accounts) };
  const database = guardedDatabase(deps.database);
  const stores = allStores(database, deps.keys.sealer, unavailable);
  const { record, lifetimes, clients, protocol } = deps;
  const registered = createRegisteredClients({
    database,
    sealer: deps.keys.sealer,
    record,
    recordDeed: guardedDeed(deps.recordDeed),
  });
  const registration = protocol.registration ? { registered, most: protocol.registration.most } : undefined;
  const stored = adapterFactory({ stores, clients, registration, visitSeconds: lifetimes.interaction });
  const grants = createGrants({ database, record, grantSeconds: lifetimes.grant });
  const configuration = engineConfiguration(deps, {
    adapter: awaitedAdapters(stored, { ...deps, database }),
    grants,
    interactionUrl: (ctx, interaction) => guarded(beginPrompt(deps, visits, ctx, interaction)),
  });
  const provider = new Provider(deps.issuer, configuration);
  const on = featuresOf(protocol);
  for (const { register } of on) register?.(provider, protocol, () => deps);
  takeSeveralSecrets(provider);
  keepClients(provider, clients);
  recordEngineEvents(provider, { ...deps, notices });
  const [routes] = provider.middleware;
  if (!routes) throw new TypeError('the library has changed how it serves its routes');
  const isServed = matcherOf(servedPaths(protocol));
  const hiding = on.flatMap(({ hides }) => hides ?? []);
  const serves: Engine['serves'] = (path, query = {}) =>
    isServed(path) && !hiding.some((hides) => hides(path, query, deps));
  return { provider, routes, grants, serves, discovery: discoveryOf(protocol), documents: new Map() };
}

/**
 * Where the page of a prompt is. The visit is noted here, where the interaction is born, with the browser it belongs to;
 * every later prompt keeps the reference of the first.
 */
async function beginPrompt(
  deps: OidcDeps,
  visits: VisitStore,
  ctx: KoaContextWithOIDC,
  interaction: Interaction,
): Promise<string> {
  const { web } = deps;
  const own = asContext(ctx);
  const reference = web.referenceOf(own);
  const clientId = ctx.oidc.client?.clientId ?? '';
  // What must be pushed or signed cannot be asked for again by a link of ours.
  const { requirePushedAuthorizationRequests: pushed, requireSignedRequestObject: signed } = ctx.oidc.client ?? {};
  const params = pushed === true || signed === true ? {} : keptParameters(interaction.params);
  const first = ctx.oidc.route !== 'resume' && ctx.oidc.route !== 'device_resume';
  const visit = visits.adding(interaction.uid, { browserHash: web.browser.ensure(own), reference, clientId, params });
  // The row of the interaction is in the same unit.
  unitOfRequest().deed.push(visit);
  unitOfRequest().events.push({
    type: first ? 'oidc.visit_started' : 'oidc.visit_continued',
    outcome: 'ok',
    reference,
    clientId,
    accountId: ctx.oidc.account?.accountId,
    reason: interaction.prompt.name,
    detail: { reasons: interaction.prompt.reasons.join(' ') },
  });
  return `/interaction/${interaction.uid}`;
}
