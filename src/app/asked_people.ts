import { isUsable, type Account, type Accounts } from '../accounts/index.ts';
import type { Settings } from '../config/index.ts';
import { parseAddress } from '../kit/addresses.ts';
import type { Mail, QueuedMail } from '../mail/index.ts';
import type { AskedPeople } from '../oidc/index.ts';

const PAGE = '/account/requests';

/** Whom an app may ask for while they are elsewhere, and the mail that tells them. */
export function askedPeople(
  accounts: Pick<Accounts, 'find' | 'findByAddress'>,
  mail: Pick<Mail, 'queue' | 'wake'>,
  settings: () => Pick<Settings, 'issuer'>,
): AskedPeople {
  return {
    async find(hint) {
      const address = parseAddress(hint);
      const account = await (address ? accounts.findByAddress(address.canonical) : accounts.find(hint));
      return account && canBeAsked(account) ? account.id : undefined;
    },
    async tell({ accountId, hint, app, reference }) {
      const account = accountId === undefined ? undefined : await accounts.find(accountId);
      const nobody = parseAddress(hint)?.stored ?? `nobody@${new URL(settings().issuer).hostname}`;
      const letter: QueuedMail = {
        to: account?.address?.stored ?? nobody,
        template: 'sign-in-request',
        locale: account?.locale ?? 'en',
        timeZone: account?.profile.zoneinfo,
        values: { name: app, link: PAGE },
        reference,
        decoy: account ? undefined : true,
      };
      return (within) => mail.queue(within, letter);
    },
    told: () => mail.wake(),
  };
}

/** Only an address that was proven says who somebody is. */
function canBeAsked(account: Account): boolean {
  return isUsable(account) && account.address?.verifiedAt !== undefined;
}
