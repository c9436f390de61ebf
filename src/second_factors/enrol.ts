import type { Knex } from 'knex';
import { transact, type Account, type Occasion } from '../accounts/index.ts';
import { IdpError } from '../kit/errors.ts';
import type { SecondFactorsDeps } from './deps.ts';
import type { EnrolledTotp } from './door.ts';
import { queueNotice } from './notices.ts';
import { codeHash, seedContext } from './prove.ts';
import { newRecoveryCode, readRecoveryCode } from './recovery_code.ts';
import { codesLeft, replaceCodes } from './recovery_code_store.ts';
import { readTotpCode, stepsOf } from './totp.ts';
import { insertTotp } from './totp_store.ts';
import { distrust } from './trusted_devices.ts';

const CODES = 10;

/** See the door. */
export async function enrolTotp(
  deps: SecondFactorsDeps,
  account: Account,
  { secret, code: typed }: { secret: string; code: string },
  occasion: Occasion,
  also: (within: Knex, codes: string[] | undefined) => Promise<void> = async () => {},
): Promise<EnrolledTotp> {
  const { database, sealer, mail, record, setSecondStep } = deps;
  const { id: accountId } = account;
  const code = readTotpCode(typed);
  const plain = sealer.open(secret, seedContext(accountId));
  // A secret waits for its code longer than it takes to encrypt everything with a new key: what is kept has the present one.
  const kept = sealer.seal(plain, seedContext(accountId));
  // The newest: none that fits now counts any more.
  const step = code && stepsOf(plain, code).at(-1);
  if (!step) return { ok: false, reason: 'wrong' };
  const enrolled = await transact(database, async (within): Promise<EnrolledTotp> => {
    await holdAsProven(within, account);
    if (!(await insertTotp(within, accountId, kept, step))) return { ok: false, reason: 'enrolled_already' };
    await setSecondStep(within, accountId, true);
    await distrust(within, accountId);
    const has = (await codesLeft(within, accountId)) > 0;
    const codes = has ? undefined : await makeRecoveryCodes(deps, within, accountId);
    await queueNotice(deps, within, account, 'second-step-on', occasion);
    await also(within, codes);
    return { ok: true, codes };
  });
  if (!enrolled.ok) return enrolled;
  mail.wake();
  await record({ type: 'second_factors.totp_added', outcome: 'ok', accountId, reference: occasion.reference });
  return enrolled;
}

/** Whoever was shut out a moment ago, while this was under way, leaves nothing behind that shuts the owner out. */
async function holdAsProven(within: Knex, { id, proofEpoch }: Account): Promise<void> {
  const asProven = within('accounts').where({ id, proof_epoch: proofEpoch, deleted_at: null });
  if (!(await asProven.forUpdate().first('id'))) throw new IdpError('interaction_expired');
}

/** See the door. */
export async function makeRecoveryCodes(deps: SecondFactorsDeps, within: Knex, accountId: string): Promise<string[]> {
  const codes = Array.from({ length: CODES }, newRecoveryCode);
  const hashes = codes.map((code) => codeHash(deps, accountId, readRecoveryCode(code) ?? code));
  await replaceCodes(within, accountId, hashes);
  return codes;
}
