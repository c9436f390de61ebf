import { IdpError } from '../kit/errors.ts';
import { createAccountLists } from './account_lists.ts';
import { allStores } from './artifacts/artifact_store.ts';
import { createAskedRequests } from './ciba/answer.ts';
import { createPings } from './ciba/pings.ts';
import { openRequests } from './ciba/requests.ts';
import type { OidcDeps } from './deps.ts';
import type { Oidc } from './door.ts';
import { createClientDirectory } from './client_directory.ts';
import { createEndings } from './endings.ts';
import { createEngine } from './engine.ts';
import { createFinish } from './finish.ts';
import { createFront } from './front.ts';
import { createLastUse } from './last_use.ts';
import { createLogoutNotices } from './logout_notices.ts';
import { previewTokens } from './preview/preview.ts';
import { createRaise } from './raise.ts';
import { createInitialTokens, sweptInitialTokens } from './registration/initial_tokens.ts';
import { createRegisteredClients } from './registration/registered_clients.ts';
import { createRemembered } from './remembered.ts';
import { createRestart } from './restart.ts';
import { createSessionReader } from './sessions.ts';
import { sweptArtifacts } from './sweep.ts';
import { createVisits } from './visits.ts';
import { createVisitStore } from './visit_store.ts';

/**
 * Opens the protocol engine. The library's Provider stays in here: `rebuild` replaces the one reference to it, and a request
 * keeps the one it began with.
 */
export function openOidc(deps: OidcDeps): Oidc {
  const { web, database, record, recordDeed, accounts } = deps;
  const live = liveEngine(deps);
  const { engine, sealer, visitStore, notices, registered } = live;
  const clients = createClientDirectory({ clients: deps.clients, registered, provider: () => engine().provider });
  const { Session: sessions } = allStores(database, sealer);
  const lastUse = createLastUse(deps);
  const need = () => live.settings().require;
  const types = () => (live.settings().protocol.rich_authorization_requests || { types: {} }).types;
  const visits = createVisits({ web, clients, store: visitStore, sessions, need, types });
  const pings = createPings({ ...deps, sealer, provider: () => engine().provider });
  const requests = openRequests(database, sealer);
  return {
    middleware: createFront({ web, visits, lastUse, recordDeed, engine }),
    document: (path) => engine().documents.get(path),
    current: visits.current,
    find: visits.find,
    async progress(uid, progress) {
      if (!(await visitStore.progress(uid, progress))) throw new IdpError('interaction_expired');
    },
    ...createFinish({ sealer, visits, engine, recordDeed }),
    session: createSessionReader({ web, sessions, accounts, lastUse, need }),
    raise: createRaise({ web }),
    restart: createRestart({ web, visits: visitStore }),
    ...createRemembered(database, () => live.settings().lifetimes.remembered_account),
    ...createAccountLists(database),
    ...createEndings({ database, notices, record, accounts }),
    ...createAskedRequests({ requests, sessions, engine, settings: live.settings, accounts, recordDeed, pings }),
    preview: (wish) => previewTokens(live.settings(), wish),
    appsOf: clients.apps,
    registrations: { tokens: createInitialTokens(deps), remove: registered.remove },
    start() {
      notices.start();
      pings.start();
    },
    async stop() {
      await Promise.all([notices.stop(), pings.stop()]);
    },
    sweeps: [registered.sweep(() => unusedClients(live.settings())), sweptInitialTokens, ...sweptArtifacts],
    rebuild: (change) => live.prepare(change)(),
    prepare: live.prepare,
  };
}

/** For how many seconds a client that registered itself may go unused. */
function unusedClients({ protocol: { registration } }: Pick<OidcDeps, 'protocol'>): number | undefined {
  return registration ? registration.unused : undefined;
}

/** The engine of this moment, and what stays while it is replaced: visits outlive a change of keys and settings. */
function liveEngine(deps: OidcDeps) {
  let settings = deps;
  const sealer: OidcDeps['keys']['sealer'] = {
    seal: (plain, context) => settings.keys.sealer.seal(plain, context),
    open: (sealed, context) => settings.keys.sealer.open(sealed, context),
  };
  const visitStore = createVisitStore({ database: deps.database, sealer, seconds: () => settings.lifetimes });
  const registered = createRegisteredClients({ ...deps, sealer });
  const notices = createLogoutNotices({ ...deps, registered, provider: () => engine.provider });
  let engine = createEngine(settings, visitStore, notices);
  const prepare: Oidc['prepare'] = (change) => {
    const changed = { ...settings, ...change };
    const built = createEngine(changed, visitStore, notices);
    return () => {
      engine = built;
      settings = changed;
    };
  };
  return { engine: () => engine, settings: () => settings, sealer, visitStore, registered, notices, prepare };
}
