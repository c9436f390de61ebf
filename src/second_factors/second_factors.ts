import type { Account } from '../accounts/index.ts';
import type { SecondFactorsDeps } from './deps.ts';
import type { NewTotp, SecondFactors } from './door.ts';
import { enrolTotp, makeRecoveryCodes } from './enrol.ts';
import { proveRecoveryCode, proveTotp, seedContext } from './prove.ts';
import { deleteCodes } from './recovery_code_store.ts';
import { inGroups, newSecret, qrOf, totpUri } from './totp.ts';
import { deleteTotp, hasTotp, postgresTotpStore } from './totp_store.ts';
import { trustedDevices } from './trusted_devices.ts';

/** Opens the second factors over the database. */
export function openSecondFactors(deps: SecondFactorsDeps): SecondFactors {
  const { database, sealer } = deps;
  const store = postgresTotpStore(database);
  const devices = trustedDevices(deps);
  const show = (account: Pick<Account, 'id' | 'address'>, secret: string) =>
    describe(deps, account, sealer.open(secret, seedContext(account.id)), secret);
  return {
    ...devices,
    of: store.of,
    hasTotp,
    newTotp: (account) => show(account, sealer.seal(newSecret(), seedContext(account.id))),
    showTotp: show,
    enrolTotp: (account, secret, code, occasion, also) => enrolTotp(deps, account, { secret, code }, occasion, also),
    proveTotp: (accountId, code, about) => proveTotp(deps, accountId, code, about),
    proveRecoveryCode: (accountId, code, about) => proveRecoveryCode(deps, accountId, code, about),
    makeRecoveryCodes: (within, accountId) => makeRecoveryCodes(deps, within, accountId),
    prefer: store.prefer,
    removeTotp: (within, accountId) => deleteTotp(within, accountId),
    async removeSince(within, accountId, since) {
      await deleteTotp(within, accountId, since);
      await deleteCodes(within, accountId, since);
      await devices.distrust(within, accountId);
    },
    async removeAll(within, accountId) {
      await deleteTotp(within, accountId);
      await deleteCodes(within, accountId);
      await devices.distrust(within, accountId);
      await within('factor_drafts').where({ account_id: accountId }).delete();
    },
    sweeps: ['factor_drafts', 'trusted_devices'].map((table) => ({ table, column: 'expires_at' })),
  };
}

function describe(
  { brand }: SecondFactorsDeps,
  { id, address }: Pick<Account, 'id' | 'address'>,
  plain: string,
  secret: string,
): NewTotp {
  const uri = totpUri(plain, { issuer: brand(), label: address?.stored ?? id });
  return { secret, text: inGroups(plain), uri, qr: qrOf(uri) };
}
