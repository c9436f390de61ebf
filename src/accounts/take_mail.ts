import type { Address } from '../kit/addresses.ts';
import type { AccountsDeps } from './deps.ts';
import type { VisitBinding } from './door.ts';
import { knowsBrowser } from './known_browsers.ts';

/**
 * Counts a mail that somebody causes; too many are refused alike whoever has the address. What the owner of an account asks
 * for on a browser that it knows is counted apart: strangers use up neither their mailbox's share nor, all together, the mails
 * of everybody. Of what strangers may send to a mailbox, one mail is always left for a new password (`reset`).
 */
export async function takeMail(
  deps: Pick<AccountsDeps, 'database' | 'limits'>,
  { canonical }: Address,
  { clientAddress, browserHash }: Pick<VisitBinding, 'clientAddress'> & Partial<Pick<VisitBinding, 'browserHash'>>,
  purpose: 'reset' | 'other' = 'other',
): Promise<{ retryAfter: number } | undefined> {
  const known = await knowsBrowser(deps, canonical, browserHash ?? '');
  const strangers = {
    mail_address: canonical,
    mail_strangers: '',
    ...(purpose === 'other' && { mail_code: canonical }),
  };
  const taken = await deps.limits.takeAll({
    mail_client: clientAddress,
    mail_total: '',
    ...(known ? { mail_owner: canonical } : strangers),
  });
  return taken.ok ? undefined : taken;
}
