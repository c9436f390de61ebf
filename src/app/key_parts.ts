import type { SecretKeys, Settings } from '../config/index.ts';
import type { Database, SealedColumn } from '../database/index.ts';
import { openEvents, type RecordEvent } from '../events/index.ts';
import {
  openKeyAdministration,
  sealedColumns as ofKeys,
  type KeyAdministration,
  type KeyChange,
  type KeySchedule,
} from '../keys/index.ts';
import type { Logger } from '../kit/logger.ts';
import { sealedColumns as ofMail } from '../mail/index.ts';
import { sealedColumns as ofOidc } from '../oidc/index.ts';
import { sealedColumns as ofSecondFactors } from '../second_factors/index.ts';
import { sealedColumns as ofUpstreams } from '../upstreams/index.ts';
import { LONGEST_COOKIE } from '../web/index.ts';

/** Every column that holds something sealed. A room that seals another one declares it, or it is lost with its key. */
export const sealedColumns: readonly SealedColumn[] = [
  ...ofKeys,
  ...ofMail,
  ...ofUpstreams,
  ...ofOidc,
  ...ofSecondFactors,
];

/** What the keys need. A change of them is rare, and whoever reads the log looks for it there, too. */
export function keyDepsOf({ database, settings, secrets, logger }: KeyPlace, record: RecordEvent) {
  return {
    database,
    encryptionKeys: secrets.encryption_key,
    schedule: scheduleOf(settings),
    async record(event: KeyChange) {
      logger.info({ type: event.type, ...event.detail }, 'keys have changed');
      await record(event);
    },
  };
}

interface KeyPlace {
  database: Database;
  settings: Settings;
  secrets: Pick<SecretKeys, 'encryption_key'>;
  logger: Logger;
}

/** Opens what commands do with keys: nothing else, so that it works where nothing else does. */
export function openForKeyCommand(deps: KeyPlace): KeyAdministration {
  const { database, logger, settings } = deps;
  const { record } = openEvents({ database, logger, lifetimes: () => settings.lifetimes });
  return openKeyAdministration({ ...keyDepsOf(deps, record), sealed: sealedColumns });
}

/**
 * When keys change. An ID token is of use for longer than it is valid: an app signs people out with it (RP-Initiated Logout 1.0,
 * section 2) as long as there is a session.
 */
export function scheduleOf({ keys, lifetimes, resources }: Settings): KeySchedule {
  const { id_token, access_token_jwt, session_max } = lifetimes;
  const ofResources = resources.map(({ access_token_ttl }) => access_token_ttl ?? access_token_jwt);
  return {
    rotateEvery: keys.rotate_every,
    publishAhead: keys.publish_ahead,
    needed: {
      signing: Math.max(id_token, access_token_jwt, session_max, ...ofResources),
      cookie: Math.max(LONGEST_COOKIE, session_max),
    },
  };
}
