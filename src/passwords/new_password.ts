import type { Context } from 'koa';
import type { Knex } from 'knex';
import type { Account } from '../accounts/index.ts';
import type { TextKey } from '../locales/index.ts';
import type { PasswordPagesDeps } from './page_deps.ts';
import { LONGEST } from './password_rules.ts';

/** One sentence about what to mend, beside its field where it has one. */
export interface Problem {
  field?: string;
  text: string;
}

/** Why a page is shown again. */
export interface Shown {
  status?: number;
  problems?: Problem[];
}

/** What is wrong with a password that somebody chose for their account. */
export async function newPasswordProblems(
  { web, passwords }: PasswordPagesDeps,
  ctx: Context,
  password: string,
  { address }: Account,
): Promise<Problem[]> {
  const found = await passwords.problems(password, { address: address?.canonical });
  return found.map(({ key, values }) => ({ field: 'new_password', text: web.t(ctx)(key, values) }));
}

/** A sentence of this page's language. */
export function problem({ web }: PasswordPagesDeps, ctx: Context, key: TextKey, field?: string): Problem {
  return { field, text: web.t(ctx)(key) };
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
    values: { link: '/account/password' },
    reference: web.referenceOf(ctx),
  });
}
