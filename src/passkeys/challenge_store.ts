import type { Database } from '../database/index.ts';
import { inSeconds, now } from '../kit/clock.ts';
import { secretToken, sha256 } from '../kit/random.ts';
import type { Binding } from './door.ts';

/** Seconds in which an authenticator has to answer. */
export const CHALLENGE_SECONDS = 300;

const insert = {
  name: 'webauthn_challenges_insert',
  text: `insert into webauthn_challenges
           (challenge_hash, purpose, browser_hash, bound_to, account_id, user_handle, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)`,
};
const consume = {
  name: 'webauthn_challenges_consume',
  text: `update webauthn_challenges set consumed_at = $6
         where challenge_hash = $1 and purpose = $2 and browser_hash = $3 and bound_to = $4
           and account_id is not distinct from $5 and consumed_at is null and expires_at > $6
         returning user_handle`,
};

/** Makes a challenge of 256 random bits and keeps its hash. `userHandle`: of the passkey that is about to be made. */
export async function newChallenge(
  { run }: Pick<Database, 'run'>,
  binding: Binding,
  userHandle?: string,
): Promise<string> {
  const challenge = secretToken();
  await run(insert, [...keyOf(challenge, binding), userHandle ?? null, inSeconds(CHALLENGE_SECONDS)]);
  return challenge;
}

/**
 * Uses up a challenge, for exactly one caller and only where it was asked for; undefined for every other, and for one that is
 * expired or was never ours.
 */
export async function consumeChallenge(
  { run }: Pick<Database, 'run'>,
  challenge: string,
  binding: Binding,
): Promise<{ userHandle?: string } | undefined> {
  const { rows } = await run<{ user_handle: string | null }>(consume, [...keyOf(challenge, binding), now()]);
  return rows[0] && { userHandle: rows[0].user_handle ?? undefined };
}

function keyOf(challenge: string, { purpose, browserHash, uid, accountId }: Binding): unknown[] {
  return [sha256(challenge), purpose, browserHash, sha256(uid), accountId ?? null];
}
