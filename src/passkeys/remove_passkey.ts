import type { Knex } from 'knex';
import type { Context } from 'koa';
import { transact } from '../accounts/index.ts';
import type { PasskeyPagesDeps, Person } from './page_deps.ts';

/** Thrown to take back what would have left an account without any way in, or without what everybody must have. */
class Needed extends Error {
  readonly reason: 'last' | 'required';

  constructor(reason: 'last' | 'required') {
    super(`a passkey is needed: ${reason}`);
    this.reason = reason;
  }
}

/**
 * Takes a passkey away, unless nothing else opens the account: of two at once one waits for the other, because the account is
 * held. What was proven by it and is under way counts no more. With the last second factor, the account stops asking for one.
 */
export async function removePasskey(
  deps: PasskeyPagesDeps,
  ctx: Context,
  person: Person,
  credentialId: string,
): Promise<'removed' | 'unknown' | 'last' | 'required'> {
  const { accounts, database, mail, passkeys, record, web } = deps;
  const { id: accountId } = person.account;
  const occasion = { locale: web.locale(ctx), reference: web.referenceOf(ctx) };
  const done = await transact(database, async (within) => {
    if (!(await accounts.hold(within, accountId))) return 'unknown' as const;
    const account = await accounts.find(accountId);
    if (!account || !(await passkeys.remove(within, account, credentialId, occasion))) return 'unknown' as const;
    if (!(await accounts.hasWayIn(within, accountId))) throw new Needed('last');
    await accounts.dropProofs(within, accountId);
    await settleSecondStep(deps, within, person);
    return 'removed' as const;
  }).catch((cause: unknown) => {
    if (cause instanceof Needed) return cause.reason;
    throw cause;
  });
  if (done === 'unknown') return done;
  mail.wake();
  const outcome = done === 'removed' ? 'ok' : 'refused';
  const reason = done === 'removed' ? undefined : done;
  await record({ type: 'passkeys.removed', outcome, reason, accountId, reference: occasion.reference });
  return done;
}

/** What is left must be what everybody needs; with the last second factor goes what stands in for it. */
async function settleSecondStep(
  { passkeys, hasOtherSecondFactor, endSecondStep, required }: PasskeyPagesDeps,
  within: Knex,
  person: Person,
): Promise<void> {
  const { id } = person.account;
  if (await passkeys.has(id, within)) return;
  const hasOther = await hasOtherSecondFactor(within, id);
  const isNeeded = { none: false, mfa: !hasOther, 'phishing-resistant': true }[required()];
  if (isNeeded) throw new Needed('required');
  if (!hasOther) await endSecondStep(within, person);
}
