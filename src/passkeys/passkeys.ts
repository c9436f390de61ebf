import { isIP } from 'node:net';
import { accountId as randomHandle } from '../kit/random.ts';
import { ALGORITHMS } from './answers.ts';
import { CHALLENGE_SECONDS, newChallenge } from './challenge_store.ts';
import type { PasskeysDeps } from './deps.ts';
import type { Binding, Owner, Passkey, Passkeys } from './door.ts';
import { enrol } from './enrol.ts';
import { judgeCreation } from './judge_creation.ts';
import { queueNotice } from './notices.ts';
import { passkeyStatements, postgresPasskeyStore, type PasskeyRow } from './passkey_store.ts';
import { prove } from './prove.ts';
import { nameOfKey, providerOf } from './provider_names.ts';
import { rpIdOf } from './relying_party.ts';
import { webauthn } from './webauthn.ts';

const TIMEOUT = CHALLENGE_SECONDS * 1000;

/** Opens the passkeys over the database. */
export function openPasskeys(deps: PasskeysDeps): Passkeys {
  const { database, issuer, mail, record, settings } = deps;
  const store = postgresPasskeyStore(database.knex);
  const statements = passkeyStatements(database);
  const rpId = rpIdOf(issuer);
  const available = isIP(rpId.replace(/^\[|\]$/g, '')) === 0;
  return {
    available,
    get offersOne() {
      return available && settings().offer;
    },
    rpId,
    listOf: async (accountId) => (await store.listOf(accountId)).map(describe),
    has: (accountId, within = database.knex) => postgresPasskeyStore(within).has(accountId),
    askFor: (binding) => askFor(deps, binding),
    prove: (binding, answer, about) => prove(deps, binding, answer, about),
    newFor: (binding, owner) => newFor(deps, binding, owner),
    made: (binding, answer, about) => judgeCreation(deps, binding, answer, about),
    enrol: (binding, answer, enrolment) => enrol(deps, binding, answer, enrolment),
    async rename(accountId, credentialId, name) {
      const renamed = await store.rename(accountId, credentialId, name);
      if (renamed) await record({ type: 'passkeys.renamed', outcome: 'ok', accountId });
      return renamed;
    },
    async remove(within, account, credentialId, occasion) {
      const row = await postgresPasskeyStore(within).remove(account.id, credentialId);
      if (!row) return false;
      const name = nameOfKey(row);
      await queueNotice(mail, within, account, { template: 'passkey-removed', name, ...occasion });
      return true;
    },
    removeAll: (within, accountId) => postgresPasskeyStore(within).removeAll(accountId),
    async accepted(accountId) {
      const [userId, rows] = await Promise.all([store.handleOf(accountId), store.listOf(accountId)]);
      return userId === undefined
        ? undefined
        : { rpId, userId, allAcceptedCredentialIds: rows.map((row) => row.credential_id) };
    },
    offers: { take: statements.takeOffer, never: store.neverOffer },
    sweeps: [{ table: 'webauthn_challenges', column: 'expires_at' }],
  };
}

/** An account that was proven is asked for its own passkeys; anybody else for whichever they have (WebAuthn 7.2, step 1). */
async function askFor({ database, issuer }: PasskeysDeps, binding: Binding) {
  const { accountId } = binding;
  const own = accountId === undefined ? [] : await postgresPasskeyStore(database.knex).listOf(accountId);
  const { generateAuthenticationOptions } = await webauthn();
  return generateAuthenticationOptions({
    rpID: rpIdOf(issuer),
    challenge: Buffer.from(await newChallenge(database, binding), 'base64url'),
    allowCredentials: own.map(describeKey),
    userVerification: 'required',
    timeout: TIMEOUT,
  });
}

async function newFor({ database, issuer, brand }: PasskeysDeps, binding: Binding, owner: Owner) {
  const { accountId } = binding;
  const store = postgresPasskeyStore(database.knex);
  const [userHandle, own] = accountId
    ? await Promise.all([passkeyStatements(database).ensureHandle(accountId), store.listOf(accountId)])
    : [randomHandle(), []];
  const { generateRegistrationOptions } = await webauthn();
  return generateRegistrationOptions({
    rpName: brand(),
    rpID: rpIdOf(issuer),
    userID: Buffer.from(userHandle, 'base64url'),
    userName: owner.name,
    userDisplayName: owner.displayName ?? owner.name,
    challenge: Buffer.from(await newChallenge(database, binding, userHandle), 'base64url'),
    excludeCredentials: own.map(describeKey),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    timeout: TIMEOUT,
  });
}

function describeKey({ credential_id, transports }: PasskeyRow) {
  return { id: credential_id, transports };
}

function describe(row: PasskeyRow): Passkey {
  return {
    credentialId: row.credential_id,
    name: row.name ?? undefined,
    provider: providerOf(row.aaguid),
    synced: row.backup_eligible,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
