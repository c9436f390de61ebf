import { now } from '../kit/clock.ts';
import { IdpError } from '../kit/errors.ts';
import type { Sealer } from './artifacts/rows.ts';
import type { Oidc } from './door.ts';
import { createEndEverything } from './end_everything.ts';
import { allStores, createEngine } from './engine.ts';
import { createFinish } from './finish.ts';
import { createFront } from './front.ts';
import type { OidcDeps } from './needs.ts';
import { createRemembered } from './remembered.ts';
import { authorizeUrl } from './restart.ts';
import { createSessionReader } from './sessions.ts';
import { createSweep } from './sweep.ts';
import { createVisits, uidOf } from './visits.ts';
import { createVisitStore } from './visit_store.ts';

/**
 * Opens the protocol engine. The library's Provider stays in here: `rebuild` replaces the one reference to it, and a request
 * keeps the one it began with.
 */
export function openOidc(deps: OidcDeps): Oidc {
  let settings = deps;
  const { web, database, record } = deps;
  const sealer: Sealer = {
    seal: (plain, context) => settings.keys.sealer.seal(plain, context),
    open: (sealed, context) => settings.keys.sealer.open(sealed, context),
  };
  const stores = allStores({ database, keys: { ...deps.keys, sealer } });
  const visitStore = createVisitStore({ database, sealer, seconds: () => settings.lifetimes });
  let engine = createEngine(settings, visitStore);

  const visits = createVisits({
    web,
    clients: deps.clients,
    store: visitStore,
    interactions: stores.Interaction,
    sessions: stores.Session,
  });
  const finishing = createFinish({
    database,
    sealer,
    visits,
    interactions: stores.Interaction,
    engine: () => engine,
    record,
  });
  return {
    middleware: createFront({ web, visits, engine: () => engine.routes }),
    current: visits.current,
    find: async (uid, browserHash) => (await visits.find(uid, browserHash)).visit,
    async progress(uid, progress) {
      if (!(await visitStore.progress(uid, progress))) throw new IdpError('interaction_expired');
    },
    ...finishing,
    session: createSessionReader({ web, sessions: stores.Session, accounts: deps.accounts }),
    async restart(ctx, change) {
      const visit = await visitStore.find(uidOf(ctx));
      if (!visit || visit.browserHash !== web.browser.read(ctx) || visit.restartableUntil <= now()) return undefined;
      return Object.keys(visit.params).length === 0 ? undefined : authorizeUrl(visit.params, change);
    },
    ...createRemembered(database, () => settings.lifetimes.remembered_account),
    endEverythingOf: createEndEverything({ database, provider: () => engine.provider, record }),
    sweep: createSweep(database),
    rebuild(change) {
      const changed = { ...settings, ...change };
      engine = createEngine(changed, visitStore);
      settings = changed;
    },
  };
}
