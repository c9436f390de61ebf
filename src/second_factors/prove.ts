import type { Occasion } from '../accounts/index.ts';
import { hmac } from '../kit/random.ts';
import type { SecondFactorsDeps } from './deps.ts';
import type { Proof } from './door.ts';
import { queueNotice } from './notices.ts';
import { readRecoveryCode } from './recovery_code.ts';
import { codesLeft, useCode } from './recovery_code_store.ts';
import { readTotpCode, stepsOf } from './totp.ts';
import { postgresTotpStore } from './totp_store.ts';

const RIGHT = { ok: true, method: 'otp' } as const;

/** What a secret is sealed for: this account's app. */
export const seedContext = (accountId: string) => `totp_seeds ${accountId}`;

/** A recovery code as it is kept: keyed, so that a dump of the database is not enough to guess one. */
export function codeHash({ codeKey }: Pick<SecondFactorsDeps, 'codeKey'>, accountId: string, code: string): string {
  return hmac(codeKey, JSON.stringify(['recovery code', accountId, code]));
}

/** See the door. What is no code at all is no guess, and counts for nothing. */
export async function proveTotp(
  deps: SecondFactorsDeps,
  accountId: string,
  typed: string,
  about: Pick<Occasion, 'reference'>,
): Promise<Proof> {
  const { database, limits, sealer } = deps;
  const code = readTotpCode(typed);
  if (code === undefined) return refused(deps, accountId, 'totp', { ok: false, reason: 'wrong' }, about);
  const taken = await limits.take('second_factor_account', accountId);
  if (!taken.ok) return refused(deps, accountId, 'totp', throttled(taken), about);
  const store = postgresTotpStore(database);
  const seed = await store.find(accountId);
  const steps = seed ? stepsOf(sealer.open(seed.secret, seedContext(accountId)), code) : [];
  const [step] = steps.filter((one) => seed && one > seed.lastStep);
  if (seed && step !== undefined && (await store.use(accountId, seed.secret, step))) {
    await limits.reset('second_factor_account', accountId);
    return RIGHT;
  }
  return refused(deps, accountId, 'totp', { ok: false, reason: steps.length > 0 ? 'reused' : 'wrong' }, about);
}

/** See the door. The code is used up and its owner told in one transaction. */
export async function proveRecoveryCode(
  deps: SecondFactorsDeps,
  accountId: string,
  typed: string,
  occasion: Occasion,
): Promise<Proof & { left?: number }> {
  const { database, limits, mail, record, ownerOf } = deps;
  const code = readRecoveryCode(typed);
  if (code === undefined) return refused(deps, accountId, 'recovery_code', { ok: false, reason: 'wrong' }, occasion);
  const taken = await limits.take('recovery_code_account', accountId);
  if (!taken.ok) return refused(deps, accountId, 'recovery_code', throttled(taken), occasion);
  const owner = await ownerOf(accountId);
  const { use, left } = await database.knex.transaction(async (within) => {
    const used = await useCode(within, accountId, codeHash(deps, accountId, code));
    const rest = await codesLeft(within, accountId);
    if (used === 'used')
      await queueNotice({ mail }, within, owner, 'recovery-code-used', occasion, { left: String(rest) });
    return { use: used, left: rest };
  });
  if (use !== 'used') {
    return refused(deps, accountId, 'recovery_code', { ok: false, reason: use === 'reused' ? use : 'wrong' }, occasion);
  }
  mail.wake();
  await limits.reset('recovery_code_account', accountId);
  const { reference } = occasion;
  await record({ type: 'second_factors.recovery_code_used', outcome: 'ok', accountId, reference, detail: { left } });
  return { ...RIGHT, left };
}

function throttled({ retryAfter }: { retryAfter: number }) {
  return { ok: false, reason: 'throttled', retryAfter } as const;
}

async function refused<Refusal extends Exclude<Proof, { ok: true }>>(
  { record }: SecondFactorsDeps,
  accountId: string,
  factor: 'totp' | 'recovery_code',
  refusal: Refusal,
  { reference }: Pick<Occasion, 'reference'>,
): Promise<Refusal> {
  const { reason } = refusal;
  await record({
    type: 'second_factors.code_refused',
    outcome: 'refused',
    accountId,
    reference,
    reason,
    detail: { factor },
  });
  return refusal;
}
