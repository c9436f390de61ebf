import type { Context } from 'koa';
import type { Account } from '../accounts/index.ts';
import { meets, type Level } from '../clients/index.ts';
import { isEnough, levelOf, TRUSTED_DEVICE, type Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';
import type { Proven, SecondWay, Step } from './steps.ts';

/** What each way comes to, beside a first one. */
const LEVELS = {
  passkey: 'phishing-resistant',
  totp: 'mfa',
  recovery_code: 'mfa',
} as const satisfies Record<SecondWay, Level>;

/**
 * The page on which somebody proves, or sets up, what is still missing. Undefined when everything is there; before an identity
 * joins the account, that is all that the account has.
 */
export async function missingStep(
  deps: SignInDeps,
  visit: Visit,
  account: Account,
  proven: Proven,
): Promise<Step | undefined> {
  const { manner, joins } = proven;
  const { methods } = manner;
  const enoughToEnter = isEnough(methods, { need: visit.need, secondStep: account.secondStep });
  if (enoughToEnter && (!joins || (await provesAll(deps, account, methods)))) return undefined;
  const need = visit.need === 'none' ? 'mfa' : visit.need;
  const ways = await waysOf(deps, account.id);
  const enough = ways.filter((way) => meets(LEVELS[way], need));
  if (enough.length > 0) return { ...proven, step: 'second-factor', ways: enough };
  // Whoever adds a factor proves those that are there: otherwise a stolen password would make itself a passkey.
  if (ways.length > 0 && !meets(levelOf(methods), 'mfa')) return { ...proven, step: 'second-factor', ways };
  return { ...proven, step: 'enrol-factor', ways: enrollable(deps, need) };
}

/**
 * Whether these methods prove all that the account has, as its own pages ask for it before anything is set up that opens it from
 * then on (ASVS 5.0 7.5.1): neither a trusted browser nor a step that is switched off saves anybody the second factor there.
 */
export async function provesAll(
  { secondFactors }: Pick<SignInDeps, 'secondFactors'>,
  { id, secondStep }: Account,
  methods: readonly string[],
): Promise<boolean> {
  return meets(levelOf(methods), 'mfa') || !(secondStep || (await secondFactors.of(id)).totp);
}

/** With the mark of a browser that the account trusts, where that is of use. Who has to sign in anew does so in full. */
export async function withTrust(
  { secondFactors }: SignInDeps,
  ctx: Context,
  visit: Visit,
  account: Account,
  proven: Proven,
): Promise<Proven> {
  const { methods } = proven.manner;
  if (!trustHelps(visit, account) || isEnough(methods, { need: 'none', secondStep: true })) return proven;
  if (!(await secondFactors.isTrusted(ctx, account))) return proven;
  return { ...proven, manner: { ...proven.manner, methods: [...methods, TRUSTED_DEVICE] } };
}

/** Whether a browser that the account trusts saves its person anything in this visit. */
export function trustHelps({ need, prompt }: Visit, { secondStep }: Account): boolean {
  const anew = prompt.reasons.some((reason) => reason === 'login_prompt' || reason === 'max_age');
  return secondStep && need === 'none' && !anew;
}

/** What the account has: a passkey first, unless its person prefers the app; recovery codes are for who has nothing else. */
async function waysOf({ secondFactors, passkeys }: SignInDeps, accountId: string): Promise<SecondWay[]> {
  const [factors, hasPasskey] = await Promise.all([secondFactors.of(accountId), passkeys.has(accountId)]);
  const ways: SecondWay[] = [];
  if (hasPasskey) ways.push('passkey');
  if (factors.totp) ways.push('totp');
  if (factors.preferred === 'totp') ways.reverse();
  // Codes that nothing stands beside are left over.
  return factors.recoveryCodes > 0 && ways.length > 0 ? [...ways, 'recovery_code'] : ways;
}

function enrollable({ passkeys }: SignInDeps, need: Level): ('passkey' | 'totp')[] {
  const ways = passkeys.available ? (['passkey', 'totp'] as const) : (['totp'] as const);
  return ways.filter((way) => meets(LEVELS[way], need));
}

/** Reasons for which a session is too weak, and not too old or somebody else's. */
const WEAK: ReadonlySet<string> = new Set(['second_step', 'require', 'acr_values']);

/** Whether somebody who is signed in only has to prove more. */
export function asksMore({ prompt }: Visit): boolean {
  return prompt.name === 'login' && prompt.reasons.every((reason) => WEAK.has(reason));
}
