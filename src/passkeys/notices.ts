import type { Knex } from 'knex';
import type { Account, Occasion } from '../accounts/index.ts';
import type { Mail } from '../mail/index.ts';

/** What is told: a passkey came, went, or counted backwards. */
type Notice = 'passkey-added' | 'passkey-removed' | 'passkey-copied';

/** Tells the owner of an account what became of a passkey (ASVS 5.0 6.3.7), if the transaction commits. */
export async function queueNotice(
  { queue }: Pick<Mail, 'queue'>,
  within: Knex,
  { address, locale: own, profile }: Account,
  { template, name, locale, reference }: { template: Notice; name: string | undefined } & Occasion,
): Promise<void> {
  if (!address) return;
  await queue(within, {
    to: address.stored,
    template,
    locale: own ?? locale,
    timeZone: profile.zoneinfo,
    values: { name: name ?? '', link: '/account/activity' },
    reference,
  });
}
