import { ACCOUNT_CLIENT_ID, accountClient, mountAccountPages, openAccountFrame } from '../account_pages/index.ts';
import { openClients, type Clients } from '../clients/index.ts';
import type { Settings } from '../config/index.ts';
import { consentPrompt, devicePages } from '../consent/index.ts';
import { createDemo, mountMailbox, type Demo } from '../demo/index.ts';
import { inSeconds } from '../kit/clock.ts';
import { IdpError } from '../kit/errors.ts';
import { locales } from '../locales/index.ts';
import { openOidc, resourceSettings, type Oidc, type PromptHandler } from '../oidc/index.ts';
import { mountPasskeyPages, passkeyCard } from '../passkeys/index.ts';
import { mountPasswordPages, paceForms, passwordCard } from '../passwords/index.ts';
import { backToLogin, mountSignIn, type SignInDeps } from '../sign_in/index.ts';
import { endSecondStep, mountSecondFactorPages, secondFactorCards } from '../second_factors/index.ts';
import { signOutPages } from '../sign_out/index.ts';
import { mountLifecycle } from '../upstreams/index.ts';
import { parameterOf, type Web } from '../web/index.ts';
import { directoryOf } from './adapters.ts';
import { askedPeople } from './asked_people.ts';
import type { Base, RoomDeps } from './base.ts';
import { ownAccountParts } from './own_account.ts';

/** The engine, and its own part of a change of the settings. */
export interface Visits extends Omit<Oidc, 'prepare'> {
  /** What is left to do is called in the same turn. Throws when the settings do not fit. */
  prepare(settings: Settings): (() => void)[];
}

/** Opens the protocol engine and mounts the pages of a visit around it. */
export function openVisits(deps: RoomDeps, base: Base): Visits {
  const { settings } = deps;
  const { issuer, development } = settings();
  const { keys, mail, web, accounts, passkeys, passwords, secondFactors, upstreams } = base;
  paceForms(web, deps.siblings?.count);
  const demo = development.demo ? openDemo(deps, base) : undefined;
  const clientsIn = ({ clients: listed, brand }: Settings) => ({
    settings: listed,
    extra: [accountClient(issuer, brand.name), ...(demo?.clients ?? [])],
  });
  const engineIn = (of: Settings) => engineSettings(of, demo?.resources ?? []);
  const clients = openClients(clientsIn(settings()));
  const oidc = openEngine(deps, base, clients, engineIn(settings()));
  const { record, recordDeed } = base.events;
  const stateKey = keys.derive('account state');
  const { knex } = deps.database;
  const hasOwnFactor = async (id: string) => (await Promise.all([passwords.has(id), passkeys.has(id)])).some(Boolean);
  const hasTotp = (id: string) => secondFactors.hasTotp(knex, id);
  const frame = openAccountFrame({ issuer, web, oidc, accounts, hasOwnFactor, hasTotp, stateKey });
  const onReturn = mountAccountPages({
    web,
    accounts,
    upstreams,
    clients,
    oidc,
    events: base.events,
    startReset: accounts.startReset,
    shutOut: (accountId) =>
      deps.database.knex.transaction(async (within) => {
        await oidc.endEverythingOf(accountId, within);
        await passwords.remove(within, accountId);
        await passkeys.removeAll(within, accountId);
        // An app that somebody else has set up would keep the owner out; one that was there for long is the owner's.
        await secondFactors.removeSince(within, accountId, inSeconds(-settings().lifetimes.undo_link));
        if (!(await secondFactors.hasTotp(within, accountId))) await accounts.setSecondStep(within, accountId, false);
      }),
    distrustOthers: (id, browserHash) => secondFactors.distrust(knex, id, browserHash),
    frame,
    ...ownAccountParts(deps, base, oidc),
    cards: [passwordCard(deps), passkeyCard(base), ...secondFactorCards(base)],
  });
  const signIn: SignInDeps = {
    ...base,
    oidc,
    record,
    recordDeed,
    sealer: keys.sealer,
    signup: () => settings().signup,
    codeSeconds: () => settings().lifetimes.mailed_code,
    onReturn,
    // Their own account asks people again before a sensitive change: nothing weaker than their own factor counts there.
    ownFactorOnly: (visit) => visit.client.id === ACCOUNT_CLIENT_ID && visit.params['prompt'] === 'login',
    signUpUrl: frame.signUpUrl,
  };
  const prompts = mountSignIn(signIn);
  mountPrompts(web, oidc, { ...prompts, consent: consentPrompt({ web, oidc, accounts, record }) });
  mountLifecycle({
    ...base,
    database: deps.database,
    issuer,
    record,
    codeKey: keys.derive('deletion codes'),
    heeding: {
      identity: accounts.heedUpstream,
      endSessionsThrough: oidc.endSessionsThrough,
      endEverythingOf: oidc.endEverythingOf,
    },
  });
  mountPasswordPages({
    ...base,
    database: deps.database,
    oidc,
    record,
    frame,
    backToVisit: (ctx, resume, email) => backToLogin(signIn, ctx, resume, email),
  });
  mountPasskeyPages({
    ...base,
    issuer,
    database: deps.database,
    record,
    frame,
    hasOtherSecondFactor: secondFactors.hasTotp,
    endSecondStep: (within, person) => endSecondStep({ accounts, oidc, secondFactors }, within, person),
    required: () => settings().require,
  });
  mountSecondFactorPages({
    ...base,
    database: deps.database,
    sealer: keys.sealer,
    oidc,
    record,
    frame,
    hasPasskey: (within, accountId) => passkeys.has(accountId, within),
    required: () => settings().require,
  });
  demo?.mount();
  if (development.mailbox) mountMailbox({ web, mail });
  web.use(oidc.middleware);
  return {
    ...oidc,
    prepare: (next) => [clients.prepare(clientsIn(next)), oidc.prepare(engineIn(next))],
  };
}

/** What the protocol engine takes from the settings, at the start and whenever they change. */
function engineSettings({ brand, lifetimes, protocol, require, resources }: Settings, further: Demo['resources']) {
  return {
    lifetimes,
    protocol,
    require,
    resources: [...resources, ...further.map((resource) => resourceSettings.parse(resource))],
    discovery: {
      ui_locales_supported: locales.map(({ tag }) => tag),
      op_policy_uri: brand.privacy,
      op_tos_uri: brand.terms,
    },
  };
}

function openEngine(
  { settings, database, logger, secrets }: RoomDeps,
  { events, keys, limits, mail, outbound, strangers, web, accounts, upstreams }: Base,
  clients: Clients,
  engine: ReturnType<typeof engineSettings>,
): Oidc {
  return openOidc({
    development: settings().mode === 'development',
    issuer: settings().issuer,
    database,
    keys,
    clients,
    web,
    accounts: directoryOf(accounts),
    record: events.record,
    recordDeed: events.recordDeed,
    pages: signOutPages({ web }),
    devicePages: devicePages({ web }),
    asked: askedPeople(accounts, mail, settings),
    limits,
    outboundFetch: outbound.fetch,
    strangers: { fetch: strangers.fetch, loopback: () => settings().outbound.loopback_for_strangers },
    logger,
    upstreamLogout: upstreams.logout.url,
    subjectSalt: secrets.subject_salt,
    ...engine,
  });
}

/** One URL for all prompts of a visit; each goes to the room that registered it. */
function mountPrompts(web: Web, oidc: Oidc, prompts: Record<string, PromptHandler>): void {
  const handlers = new Map(Object.entries(prompts));
  const methods = [
    ['get', 'show'],
    ['post', 'submit'],
  ] as const;
  for (const [method, act] of methods) {
    web.router[method]('/interaction/:uid', async (ctx) => {
      const visit = await oidc.current(ctx).catch(async (gone: unknown) => {
        const isOver = gone instanceof IdpError && gone.code === 'interaction_expired';
        if (method === 'post' || !isOver) throw gone;
        const onward = await oidc.onward(parameterOf(ctx, 'uid'), web.browser.read(ctx));
        if (onward === undefined) throw gone;
        web.redirect(ctx, onward);
      });
      if (!visit) return;
      const handler = handlers.get(visit.prompt.name);
      if (!handler)
        throw new IdpError('internal', { cause: new Error(`no room answers the prompt ${visit.prompt.name}`) });
      await handler[act](ctx, visit);
    });
  }
}

/** The demo's secret follows from the keys, so that it outlives a restart and is in no file. */
function openDemo({ settings, logger }: RoomDeps, { web, keys, outbound }: Base): Demo {
  const { issuer } = settings();
  const client = { id: 'gatehouse-demo', secret: keys.derive('demo client').toString('base64url') };
  const api = { id: `${issuer}/demo/api` };
  return createDemo({ web, issuer, client, api, loopback: { fetch: outbound.fetch }, logger });
}
