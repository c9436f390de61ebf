import type { Accounts } from '../accounts/index.ts';
import type { Translate } from '../locales/index.ts';
import type { SecondFactors } from './door.ts';

interface CardDeps {
  secondFactors: Pick<SecondFactors, 'of'>;
  accounts: Pick<Accounts, 'find'>;
}

/** How the security page tells of the authenticator app, the recovery codes, and whether a second step is asked for. */
export function secondFactorCards({ secondFactors, accounts }: CardDeps) {
  return [
    async (accountId: string) => {
      const { totp } = await secondFactors.of(accountId);
      return (t: Translate) => ({
        title: t('second_factors.totp.title'),
        text: totp ? t('second_factors.card.on', { added: totp.addedAt.toISOString() }) : t('second_factors.card.off'),
        action: {
          label: t(totp ? 'second_factors.card.manage' : 'second_factors.card.set_up'),
          href: '/account/totp',
        },
      });
    },
    async (accountId: string) => {
      const { recoveryCodes: left } = await secondFactors.of(accountId);
      return (t: Translate) => ({
        title: t('second_factors.codes.title'),
        text: left > 0 ? t('second_factors.card.codes_left', { left }) : t('second_factors.card.no_codes'),
        action: { label: t('second_factors.card.manage'), href: '/account/recovery-codes' },
      });
    },
    async (accountId: string) => {
      const account = await accounts.find(accountId);
      return (t: Translate) => ({
        title: t('second_factors.step.title'),
        text: t(account?.secondStep ? 'second_factors.card.step_on' : 'second_factors.card.step_off'),
        action: { label: t('second_factors.card.manage'), href: '/account/second-step' },
      });
    },
  ];
}
