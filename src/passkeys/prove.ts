import type { Account } from '../accounts/index.ts';
import { equalInConstantTime } from '../kit/random.ts';
import { checkAssertion, readAssertion, type Signed } from './answers.ts';
import { consumeChallenge } from './challenge_store.ts';
import type { PasskeysDeps } from './deps.ts';
import type { About, Binding, Proof } from './door.ts';
import { queueNotice } from './notices.ts';
import { passkeyStatements, type PasskeyRow } from './passkey_store.ts';
import { nameOfKey } from './provider_names.ts';
import { methodsOf, relyingParty } from './relying_party.ts';
import { counted, refused } from './tries.ts';

/** What a passkey proves. Tries are counted apart from passwords: neither keeps the other one out. */
export async function prove(deps: PasskeysDeps, binding: Binding, answer: string, about: About): Promise<Proof> {
  return counted(deps, about, () => judge(deps, binding, answer, about));
}

async function judge(deps: PasskeysDeps, binding: Binding, text: string, about: About): Promise<Proof> {
  const { accounts, database, issuer } = deps;
  const answer = readAssertion(text);
  // First of all: a challenge that was answered is used up, however wrong the answer is.
  if (!answer || !(await consumeChallenge(database, answer.challenge, binding))) {
    return refused(deps, binding, about, 'challenge');
  }
  const { find } = passkeyStatements(database);
  const row = await find(answer.response.id);
  // Before the signature counts: whoever takes the passkey away from here on makes this proof a stale one.
  const account = row && (await accounts.find(row.account_id));
  if (!row || !account) return unknown(deps, binding, answer.response.id, about);
  if (!isOwn(row, binding, answer.response.response.userHandle ?? undefined)) {
    return refused(deps, binding, about, 'foreign');
  }
  const signed = await checkAssertion(relyingParty(issuer), answer, row);
  if (!signed) return refused(deps, { ...binding, accountId: row.account_id }, about, 'signature');
  if (!(await noteUse(deps, row, signed, { account, about }))) {
    return refused(deps, { ...binding, accountId: row.account_id }, about, 'count');
  }
  return { ok: true, account, methods: methodsOf({ backupEligible: row.backup_eligible }) };
}

async function unknown(deps: PasskeysDeps, binding: Binding, credentialId: string, about: About): Promise<Proof> {
  await refused(deps, binding, about, 'unknown');
  return { ok: false, reason: 'unknown', credentialId };
}

/** Whose passkey it is, says our row; the authenticator must agree, and must say so where nobody was asked for (7.2, step 6). */
function isOwn(row: PasskeyRow, { accountId }: Binding, userHandle: string | undefined): boolean {
  if (accountId !== undefined && accountId !== row.account_id) return false;
  if (userHandle === undefined) return accountId !== undefined;
  return equalInConstantTime(userHandle, row.user_handle);
}

/** False when the count went back and the config refuses that. Its owner is told in any case (WebAuthn 6.1.1). */
async function noteUse(
  { database, settings, mail, record }: PasskeysDeps,
  row: PasskeyRow,
  signed: Signed,
  { account, about: { locale, reference } }: { account: Account; about: About },
): Promise<boolean> {
  const { find, used } = passkeyStatements(database);
  if (await used(row.credential_id, signed)) return true;
  // Taken away at this moment.
  if (!(await find(row.credential_id))) return false;
  const accountId = account.id;
  const name = nameOfKey(row);
  await database.knex.transaction((within) =>
    queueNotice(mail, within, account, { template: 'passkey-copied', name, locale, reference }),
  );
  mail.wake();
  const flag = settings().count_went_back === 'flag';
  await record({ type: 'passkeys.count_went_back', outcome: flag ? 'ok' : 'refused', accountId, reference });
  return flag && used(row.credential_id, { ...signed, anyway: true });
}
