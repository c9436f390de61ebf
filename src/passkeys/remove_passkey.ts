import type { Context } from 'koa';
import { transact } from '../accounts/index.ts';
import type { PasskeyPagesDeps } from './page_deps.ts';

/** Thrown to take back what would have left an account without any way in. */
class LastWayIn extends Error {}

/**
 * Takes a passkey away, unless nothing else opens the account: of two at once one waits for the other, because the account is
 * held. What was proven by it and is under way counts no more. With the last second factor, the account stops asking for one.
 */
export async function removePasskey(
  { accounts, database, mail, passkeys, record, web, hasOtherSecondFactor }: PasskeyPagesDeps,
  ctx: Context,
  accountId: string,
  credentialId: string,
): Promise<'removed' | 'unknown' | 'last'> {
  const occasion = { locale: web.locale(ctx), reference: web.referenceOf(ctx) };
  const done = await transact(database, async (within) => {
    if (!(await accounts.hold(within, accountId))) return 'unknown' as const;
    const account = await accounts.find(accountId);
    if (!account || !(await passkeys.remove(within, account, credentialId, occasion))) return 'unknown' as const;
    if (!(await accounts.hasWayIn(within, accountId))) throw new LastWayIn();
    await accounts.dropProofs(within, accountId);
    const other = (await passkeys.has(accountId, within)) || (await hasOtherSecondFactor(within, accountId));
    if (account.secondStep && !other) await accounts.setSecondStep(within, accountId, false);
    return 'removed' as const;
  }).catch((cause: unknown) => {
    if (cause instanceof LastWayIn) return 'last' as const;
    throw cause;
  });
  if (done === 'unknown') return done;
  mail.wake();
  const outcome = done === 'last' ? 'refused' : 'ok';
  const reason = done === 'last' ? 'last' : undefined;
  await record({ type: 'passkeys.removed', outcome, reason, accountId, reference: occasion.reference });
  return done;
}
