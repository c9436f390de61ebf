import type { PasskeysDeps } from './deps.ts';
import type { About, Binding } from './door.ts';

type Deps = Pick<PasskeysDeps, 'limits' | 'record'>;

/** Counts an answer of a client address before anybody looks at it; a good one is given back. */
export async function counted<Result extends { ok: boolean }>(
  { limits }: Deps,
  { clientAddress }: About,
  judge: () => Promise<Result>,
): Promise<Result | { ok: false; reason: 'throttled'; retryAfter: number }> {
  const taken = await limits.take('passkey_address', clientAddress);
  if (!taken.ok) return { ok: false, reason: 'throttled', retryAfter: taken.retryAfter };
  const judged = await judge();
  if (judged.ok) await limits.giveBack('passkey_address', clientAddress);
  return judged;
}

/** Notes why an answer does not count; whoever sent it is told that it does not, and no more. */
export async function refused(
  { record }: Deps,
  { purpose, accountId }: Pick<Binding, 'purpose' | 'accountId'>,
  { reference, clientId }: About,
  reason: 'challenge' | 'unknown' | 'foreign' | 'signature' | 'count' | 'attestation',
): Promise<{ ok: false; reason: 'refused' }> {
  const about = { reference, clientId, accountId, reason, detail: { purpose } };
  await record({ ...about, type: 'passkeys.refused', outcome: 'refused' });
  return { ok: false, reason: 'refused' };
}
