import type { Knex } from 'knex';
import type { Account, Occasion } from '../accounts/index.ts';
import type { Mail, QueuedMail } from '../mail/index.ts';

/** The mails of this room. */
type Notice = Extract<
  QueuedMail['template'],
  'second-step-on' | 'second-step-off' | 'totp-removed' | 'recovery-code-used' | 'recovery-codes-made'
>;

/** Tells the owner of the account what happened to its second step (ASVS 5.0 6.3.7), if the transaction commits. */
export async function queueNotice(
  { mail }: { mail: Pick<Mail, 'queue'> },
  within: Knex,
  owner: Account | undefined,
  template: Notice,
  { locale, reference }: Occasion,
  values: Record<string, string> = {},
): Promise<void> {
  if (!owner?.address) return;
  await mail.queue(within, {
    to: owner.address.stored,
    template,
    locale: owner.locale ?? locale,
    timeZone: owner.profile.zoneinfo,
    values: { link: '/account/security', ...values },
    reference,
  });
}
