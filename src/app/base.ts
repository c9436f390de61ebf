import { openAccounts } from '../accounts/index.ts';
import type { SecretKeys, Settings } from '../config/index.ts';
import type { Database } from '../database/index.ts';
import { openEvents } from '../events/index.ts';
import { openKeys } from '../keys/index.ts';
import type { Logger } from '../kit/logger.ts';
import { openMail } from '../mail/index.ts';
import { createOutbound } from '../outbound/index.ts';
import { openPasskeys } from '../passkeys/index.ts';
import { openPasswords } from '../passwords/index.ts';
import { openRateLimits } from '../rate_limits/index.ts';
import { openSecondFactors, type SecondFactors } from '../second_factors/index.ts';
import { addressAllowed, signupAdmits } from '../sign_in/index.ts';
import { openUpstreams, type SimulatorAccess } from '../upstreams/index.ts';
import { createDevices, createMailViews, createWeb, openPlaces, type ConfigShown } from '../web/index.ts';
import { factorsOf, openOwnOutbound, probesOf, strangersOutboundSettings } from './adapters.ts';
import { keyDepsOf } from './key_parts.ts';

/** What is decided before any room opens. */
export interface AppDeps {
  settings: Settings;
  secrets: SecretKeys;
  /** Which configuration is in force, for /health/ready. */
  config: () => ConfigShown;
  database: Database;
  logger: Logger;
  /** Where several processes serve on this machine: how many, and the metrics of all. */
  siblings?: { count: number; numbers(): Promise<object[]> } | undefined;
  /** Development mode: who plays the providers that have no credentials. */
  simulator?: SimulatorAccess;
}

/** The same for the rooms: they ask for the settings, which change while they are open. */
export interface RoomDeps extends Omit<AppDeps, 'settings'> {
  settings: () => Settings;
}

/** The rooms below the pages. */
export type Base = Awaited<ReturnType<typeof openBase>>;

/** Opens the rooms of rank 1 to 3 and the factors: who there is, and what the pages stand on. */
export async function openBase(deps: RoomDeps) {
  const floor = await openFloor(deps);
  const { settings, database } = deps;
  const { events, keys, limits, mail, outbound, web } = floor;
  const { issuer, mode } = settings();
  const brand = () => settings().brand.name;
  const lifetimes = () => settings().lifetimes;
  const { record, recordDeed } = events;
  const passwords = openPasswords({
    database,
    settings: settings().passwords,
    brand,
    record,
    fetch: outbound.fetch,
    processes: deps.siblings?.count ?? 1,
  });
  const upstreams = await openUpstreams({
    settings: settings().upstreams,
    issuer,
    mode,
    database,
    sealer: keys.sealer,
    outbound,
    record,
    recordDeed,
    logger: deps.logger,
    metrics: web.metrics.registry,
    lifetimes,
    simulator: deps.simulator,
  });
  const secondFactors: SecondFactors = openSecondFactors({
    ...floor,
    database,
    sealer: keys.sealer,
    record,
    brand,
    codeKey: deps.secrets.subject_salt,
    trustSeconds: () => lifetimes().trusted_device,
    ownerOf: (id) => accounts.find(id),
    setSecondStep: (within, id, on) => accounts.setSecondStep(within, id, on),
  });
  const accountsDeps = {
    database,
    record,
    mail,
    limits,
    lifetimes,
    factors: factorsOf(passwords, secondFactors),
    policy: {
      upstream: (id: string) => upstreams.list().find((upstream) => upstream.id === id),
      groupsThrough: (id: string, names: readonly string[]) => upstreams.groupsOf(id, names),
      admits: (canonical: string) => signupAdmits(settings().signup, canonical),
      mayMoveTo: (canonical: string) => addressAllowed(settings().signup, canonical),
      tellOfNewDevices: () => settings().mail.new_device,
    },
    proofKey: keys.derive('mailed proofs'),
  };
  const accounts = openAccounts(accountsDeps);
  const passkeys = openPasskeys({
    database,
    issuer,
    brand,
    settings: () => settings().passkeys,
    accounts,
    mail,
    limits,
    record,
  });
  return {
    ...floor,
    passwords,
    secondFactors,
    passkeys,
    upstreams,
    accounts,
    accountsDeps: { ...accountsDeps, links: accounts.links },
  };
}

/** What knows nothing of people. */
async function openFloor(deps: RoomDeps) {
  const { settings, database, logger, simulator } = deps;
  const { issuer, mode, brand, http, mail: mailSettings } = settings();
  const development = mode === 'development';
  const places = await openPlaces(settings().places.database);
  const devices = createDevices({ place: places.find });
  const events = openEvents({
    database,
    logger,
    lifetimes: () => settings().lifetimes,
    device: devices.current,
  });
  const { record } = events;
  const keys = await openKeys(keyDepsOf({ ...deps, settings: settings() }, record));
  const outbound = openOwnOutbound(settings(), simulator);
  const strangers = createOutbound(strangersOutboundSettings(settings()));
  const hashKey = keys.derive('rate limits');
  const limits = openRateLimits({ database, limits: () => settings().limits, hashKey, record });
  const mail = openMail({
    database,
    settings: mailSettings,
    sealer: keys.sealer,
    render: createMailViews({ issuer, brand, development }),
    record,
    logger,
    development,
    support: brand.support,
    device: devices.current,
  });
  const web = createWeb({
    issuer,
    mode,
    brand,
    http,
    cookieKeys: keys.cookieKeys,
    formKey: keys.derive('forms'),
    doctorKey: keys.derive('doctor'),
    record,
    logger,
    devices,
    certificateHeaders: () => settings().protocol.mutual_tls || undefined,
    probes: probesOf(database, keys),
    numbersOfAll: deps.siblings?.numbers,
    config: deps.config,
  });
  return { events, keys, outbound, strangers, limits, mail, places, web };
}
