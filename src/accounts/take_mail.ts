import type { Address } from '../kit/addresses.ts';
import type { AccountsDeps } from './deps.ts';
import type { VisitBinding } from './door.ts';

/**
 * Counts a mail that a client causes; too many are refused alike whoever has the address. The client comes
 * first: what it causes beyond its share must not use up the share of a mailbox.
 */
export async function takeMail(
  { limits }: Pick<AccountsDeps, 'limits'>,
  address: Address,
  { clientAddress }: Pick<VisitBinding, 'clientAddress'>,
): Promise<{ retryAfter: number } | undefined> {
  const counted = [
    ['mail_client', clientAddress],
    ['mail_address', address.canonical],
    ['mail_total', ''],
  ] as const;
  for (const [rule, key] of counted) {
    const taken = await limits.take(rule, key);
    if (!taken.ok) return taken;
  }
  return undefined;
}
