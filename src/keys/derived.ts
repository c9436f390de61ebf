import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { now } from '../kit/clock.ts';
import type { Sealer } from './door.ts';
import { openStored } from './open_stored.ts';
import { purposes, type Purpose } from './purposes.ts';
import type { KeyedSealer } from './sealer.ts';

const contextOf = (purpose: string) => `derived_secrets ${purpose}`;

/**
 * The secrets, those that are missing made. Whoever calls holds the lock of the keys: processes that start at once end with the
 * same ones. Where there are none at all, `before` says what they were in a database of an earlier release.
 */
export async function loadDerived(
  within: Knex,
  sealer: KeyedSealer,
  before?: (purpose: Purpose) => Buffer,
): Promise<Map<Purpose, Buffer>> {
  const rows = await within<{ purpose: string; secret: string }>('derived_secrets');
  const stored = new Map(rows.map(({ purpose, secret }) => [purpose, secret]));
  const secrets = new Map<Purpose, Buffer>();
  for (const purpose of purposes) {
    const sealed = stored.get(purpose);
    if (sealed === undefined) {
      const secret = (rows.length === 0 && before?.(purpose)) || randomBytes(32);
      await keep(within, sealer, purpose, secret);
      secrets.set(purpose, secret);
    } else {
      const text = openStored(sealer, sealed, contextOf(purpose), damaged(purpose));
      secrets.set(purpose, Buffer.from(text, 'base64url'));
    }
  }
  return secrets;
}

function damaged(purpose: Purpose): string {
  return `the secret of ${purpose} in the database is damaged: ./gatehouse keys retire "${purpose}" --now makes another`;
}

/** Puts another one in its place. Processes take it when they start. */
export async function renewDerived(within: Knex, sealer: Sealer, purpose: Purpose): Promise<void> {
  await keep(within, sealer, purpose, randomBytes(32));
}

async function keep(within: Knex, sealer: Sealer, purpose: Purpose, secret: Buffer): Promise<void> {
  const sealed = sealer.seal(secret.toString('base64url'), contextOf(purpose));
  await within('derived_secrets').insert({ purpose, secret: sealed, created_at: now() }).onConflict('purpose').merge();
}
