import type { Context } from 'koa';
import type { Knex } from 'knex';
import type { Account } from '../accounts/index.ts';
import { problem, type Problem } from '../web/index.ts';
import type { PasswordPagesDeps } from './page_deps.ts';
import { LONGEST } from './password_rules.ts';

/** What is wrong with a password that somebody chose for the account of an address, as its form says it. */
export async function newPasswordProblems(
  { web, passwords }: Pick<PasswordPagesDeps, 'web' | 'passwords'>,
  ctx: Context,
  password: string,
  address?: string,
): Promise<Problem[]> {
  const found = await passwords.problems(password, { address });
  return found.map(({ key, values }) => problem(web.t(ctx), key, 'new_password', values));
}

/** What every form for a new password shows: for whom, for password managers, and the rule. */
export function newPasswordField({ passwords }: PasswordPagesDeps, { address }: Account) {
  return { email: address?.stored, minLength: passwords.minLength, maxLength: LONGEST };
}

/** Tells the owner of the account that its password changed (ASVS 5.0 6.3.7), if the transaction commits. */
export async function queueNotice(
  { mail, web }: PasswordPagesDeps,
  ctx: Context,
  within: Knex,
  account: Account,
): Promise<void> {
  if (!account.address) return;
  await mail.queue(within, {
    to: account.address.stored,
    template: 'password-changed',
    locale: account.locale ?? web.locale(ctx),
    timeZone: account.profile.zoneinfo,
    values: { link: '/account/activity' },
    reference: web.referenceOf(ctx),
  });
}
