import { claimsOf, openAccounts, type Accounts } from './accounts/index.ts';
import { accountClient, createAccountPages } from './account_pages/index.ts';
import { openClients } from './clients/index.ts';
import type { SecretKeys, Settings } from './config/index.ts';
import { createConsent } from './consent/index.ts';
import { migrationStatus, type Database } from './database/index.ts';
import { createDemo, type Demo, mountMailbox } from './demo/index.ts';
import { openEvents } from './events/index.ts';
import { openKeys } from './keys/index.ts';
import { IdpError } from './kit/errors.ts';
import type { Logger } from './kit/logger.ts';
import { locales } from './locales/index.ts';
import { openMail } from './mail/index.ts';
import { openOidc, type AccountDirectory, type Oidc, type PromptHandler } from './oidc/index.ts';
import { createOutbound, type Outbound } from './outbound/index.ts';
import { openPasswords, type Passwords } from './passwords/index.ts';
import { openRateLimits } from './rate_limits/index.ts';
import { createSignIn, signupAllowed } from './sign_in/index.ts';
import { createSignOutPages } from './sign_out/index.ts';
import { openUpstreams, type SimulatorAccess } from './upstreams/index.ts';
import { createLooseViews, createWeb, type Probe, type Web } from './web/index.ts';

/** What is decided before any room opens. */
export interface AppDeps {
  settings: Settings;
  secrets: SecretKeys;
  configHash: string;
  database: Database;
  logger: Logger;
  /** Development mode: who plays Google and Facebook. */
  simulator?: SimulatorAccess;
}

/** Everything that serves, put together. */
export interface App {
  web: Web;
  /** Removes what has expired; safe in any number of processes at once. */
  sweep(): Promise<void>;
  /** Lets mails in flight go out. The database stays open: whoever opened it closes it. */
  close(): Promise<void>;
}

/** Opens every room and hands each what it needs of the others: the one place where they meet. */
export async function openApp(deps: AppDeps): Promise<App> {
  const base = await openBase(deps);
  const { mail, upstreams, outbound, web } = base;
  const oidc = await openVisits(deps, base);
  mail.start();
  return {
    web,
    async sweep() {
      await oidc.sweep();
      await upstreams.sweep();
    },
    async close() {
      await mail.stop();
      await upstreams.close();
      await outbound.close();
    },
  };
}

type Base = Awaited<ReturnType<typeof openBase>>;

/** The rooms of rank 1 to 3 and the factors: who there is, and what the pages stand on. */
async function openBase(deps: AppDeps) {
  const { settings, database, logger, secrets } = deps;
  const { issuer, mode, brand } = settings;
  const events = openEvents({ database, logger });
  const { record } = events;
  const keys = await openKeys({ database, encryptionKeys: secrets.encryption_key, record });
  const { sealer } = keys;
  const outbound = openOutbound(settings, deps.simulator);
  const limits = openRateLimits({ database, limits: settings.limits, hashKey: keys.derive('rate limits'), record });
  const development = mode === 'development';
  const { mail: render } = createLooseViews({ issuer, brand, development });
  const mail = openMail({ database, settings: settings.mail, sealer, render, record, logger, development });
  const web = createWeb({
    issuer,
    mode,
    brand,
    http: settings.http,
    cookieKeys: keys.cookieKeys,
    formKey: keys.derive('forms'),
    record,
    logger,
    probes: probesOf(database),
    configHash: () => deps.configHash,
  });
  const passwords = openPasswords({ database, settings: settings.passwords, brand: () => brand.name, record });
  const upstreams = await openUpstreams({
    settings: settings.upstreams,
    issuer,
    mode,
    database,
    sealer,
    outbound,
    record,
    simulator: deps.simulator,
  });
  const accounts = openAccounts({
    database,
    record,
    mail,
    limits,
    factors: factorsOf(passwords),
    policy: {
      upstream: (id) => upstreams.list().find((upstream) => upstream.id === id),
      mayCreate: (canonical) => signupAllowed(settings.signup, canonical),
    },
    proofKey: keys.derive('mailed proofs'),
  });
  return { events, keys, outbound, limits, mail, web, passwords, upstreams, accounts };
}

/** The protocol engine and the pages of a visit. */
async function openVisits(deps: AppDeps, base: Base): Promise<Oidc> {
  const { settings, database, logger, secrets } = deps;
  const { issuer, brand } = settings;
  const { events, keys, outbound, limits, mail, web, passwords, upstreams, accounts } = base;
  const { record } = events;
  const demo = settings.development.demo ? openDemo(deps, base) : undefined;
  const clients = openClients({
    settings: settings.clients,
    extra: [accountClient(issuer, brand.name), ...(demo?.clients ?? [])],
  });
  const oidc = openOidc({
    issuer,
    database,
    keys,
    clients,
    web,
    accounts: directoryOf(accounts),
    record,
    lifetimes: settings.lifetimes,
    resources: [...settings.resources, ...(demo?.resources ?? [])],
    pages: createSignOutPages({ web }),
    outboundFetch: outbound.fetch,
    logger,
    subjectSalt: secrets.subject_salt,
    discovery: {
      ui_locales_supported: locales.map(({ tag }) => tag),
      op_policy_uri: brand.privacy,
      op_tos_uri: brand.terms,
    },
  });
  const signIn = createSignIn({
    issuer,
    web,
    oidc,
    accounts,
    passwords,
    upstreams,
    mail,
    limits,
    record,
    signup: settings.signup,
  });
  mountPrompts(web, oidc, { ...signIn, consent: createConsent({ web, oidc, accounts, record }) });
  createAccountPages({ issuer, web, oidc, accounts, upstreams, clients, stateKey: keys.derive('account state') });
  demo?.mount();
  if (settings.development.mailbox) mountMailbox({ web, mail });
  web.use(oidc.middleware);
  return oidc;
}

/** One URL for all prompts of a visit; each goes to the room that registered it. */
function mountPrompts(web: Web, oidc: Oidc, prompts: Record<string, PromptHandler>): void {
  const handlers = new Map(Object.entries(prompts));
  for (const [method, act] of [
    ['get', 'show'],
    ['post', 'submit'],
  ] as const) {
    web.router[method]('/interaction/:uid', async (ctx) => {
      const visit = await oidc.current(ctx);
      const handler = handlers.get(visit.prompt.name);
      if (!handler)
        throw new IdpError('internal', { cause: new Error(`no room answers the prompt ${visit.prompt.name}`) });
      await handler[act](ctx, visit);
    });
  }
}

function openDemo({ settings, logger }: AppDeps, { web, keys, outbound }: Base): Demo {
  const { issuer } = settings;
  const client = { id: 'gatehouse-demo', secret: keys.derive('demo client').toString('base64url') };
  return createDemo({
    web,
    issuer,
    client,
    api: { id: `${issuer}/demo/api` },
    loopback: { fetch: outbound.fetch },
    logger,
  });
}

/** Hosts that an admin wrote down may be private, and so may we ourselves; all others may not. */
function openOutbound(settings: Settings, simulator?: SimulatorAccess): Outbound {
  const urls = [
    settings.issuer,
    simulator?.base,
    ...settings.upstreams.map((upstream) => upstream.issuer),
    ...settings.clients.flatMap((client) => Object.values(client).flat()),
  ];
  const hosts = urls.flatMap((value) => (typeof value === 'string' ? (URL.parse(value)?.hostname ?? []) : []));
  return createOutbound({ mode: settings.mode, trustedHosts: [...new Set(hosts)], allow: settings.outbound.allow });
}

function probesOf(database: Database): Probe[] {
  return [
    { name: 'database', check: () => database.ping() },
    {
      name: 'migrations',
      async check() {
        const { pending } = await migrationStatus(database);
        if (pending.length > 0) throw new Error(`${pending.length} migrations are pending`);
      },
    },
  ];
}

function factorsOf(passwords: Passwords) {
  return {
    setPassword: passwords.set,
    hasPassword: (within: Parameters<Passwords['set']>[0], accountId: string) => passwords.has(accountId, within),
  };
}

function directoryOf(accounts: Accounts): AccountDirectory {
  return {
    async find(id) {
      const account = await accounts.find(id);
      return account && { id, usable: account.disabledAt === undefined, claims: claimsOf(account) };
    },
  };
}
