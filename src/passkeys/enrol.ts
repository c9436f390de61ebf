import { transact } from '../accounts/index.ts';
import type { PasskeysDeps } from './deps.ts';
import type { Binding, Enrolled, Enrolment } from './door.ts';
import { judgeCreation } from './judge_creation.ts';
import { queueNotice } from './notices.ts';
import { postgresPasskeyStore } from './passkey_store.ts';
import { providerOf } from './provider_names.ts';

/** Adds what a browser made to the account of somebody who is proven, as long as that proof holds. */
export async function enrol(
  deps: PasskeysDeps,
  binding: Binding,
  answer: string,
  { account, about, also }: Enrolment,
): Promise<Enrolled> {
  const { accounts, database, mail, record } = deps;
  const made = await judgeCreation(deps, { ...binding, accountId: account.id }, answer, about);
  if (!made.ok) return made;
  const { passkey, methods } = made;
  const { locale, reference } = about;
  const added = await transact(database, async (within) => {
    if (!(await accounts.hold(within, account.id))) return 'stale' as const;
    const current = await accounts.find(account.id);
    if (current?.proofEpoch !== account.proofEpoch) return 'stale' as const;
    // A second factor came at this moment: it was not proven.
    if (current.secondStep !== account.secondStep) return 'stale' as const;
    const result = await postgresPasskeyStore(within).add(account.id, passkey);
    if (result !== 'added') return result;
    const name = providerOf(passkey.aaguid);
    await queueNotice(mail, within, current, { template: 'passkey-added', name, locale, reference });
    await also?.(within);
    return result;
  });
  if (added === 'taken') return { ok: false, reason: 'refused' };
  if (added !== 'added') return { ok: false, reason: added };
  mail.wake();
  await record({ type: 'passkeys.added', outcome: 'ok', accountId: account.id, reference });
  return { ok: true, methods };
}
