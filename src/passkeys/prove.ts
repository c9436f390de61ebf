import { equalInConstantTime } from '../kit/random.ts';
import { checkAssertion, readAssertion, type Signed } from './answers.ts';
import { consumeChallenge } from './challenge_store.ts';
import type { PasskeysDeps } from './deps.ts';
import type { About, Binding, Proof } from './door.ts';
import { queueNotice } from './notices.ts';
import { findingPasskeys, type PasskeyRow } from './passkey_store.ts';
import { providerOf } from './provider_names.ts';
import { methodsOf, relyingParty } from './relying_party.ts';
import { counted, refused } from './tries.ts';

/** What a passkey proves. Tries are counted apart from passwords: neither keeps the other one out. */
export async function prove(deps: PasskeysDeps, binding: Binding, answer: string, about: About): Promise<Proof> {
  return counted(deps, about, () => judge(deps, binding, answer, about));
}

async function judge(deps: PasskeysDeps, binding: Binding, text: string, about: About): Promise<Proof> {
  const { database, issuer } = deps;
  const answer = readAssertion(text);
  // First of all: a challenge that was answered is used up, however wrong the answer is.
  if (!answer || !(await consumeChallenge(database, answer.challenge, binding))) {
    return refused(deps, binding, about, 'challenge');
  }
  const row = await findingPasskeys(database).find(answer.response.id);
  if (!row) {
    await refused(deps, binding, about, 'unknown');
    return { ok: false, reason: 'unknown', credentialId: answer.response.id };
  }
  if (!isOwn(row, binding, answer.response.response.userHandle ?? undefined)) {
    return refused(deps, binding, about, 'foreign');
  }
  const signed = await checkAssertion(relyingParty(issuer), answer, row);
  if (!signed) return refused(deps, { ...binding, accountId: row.account_id }, about, 'signature');
  if (!(await noteUse(deps, row, signed, about))) {
    return refused(deps, { ...binding, accountId: row.account_id }, about, 'count');
  }
  return { ok: true, accountId: row.account_id, methods: methodsOf({ backupEligible: row.backup_eligible }) };
}

/** Whose passkey it is, says our row; the authenticator must agree, and must say so where nobody was asked for (7.2, step 6). */
function isOwn(row: PasskeyRow, { accountId }: Binding, userHandle: string | undefined): boolean {
  if (accountId !== undefined && accountId !== row.account_id) return false;
  if (userHandle === undefined) return accountId !== undefined;
  return equalInConstantTime(userHandle, row.user_handle);
}

/** False when the count went back and the config refuses that. Its owner is told in any case (WebAuthn 6.1.1). */
async function noteUse(deps: PasskeysDeps, row: PasskeyRow, signed: Signed, about: About): Promise<boolean> {
  const { database, settings, accounts, mail, record } = deps;
  const { used } = findingPasskeys(database);
  if (await used(row.credential_id, signed)) return true;
  const accountId = row.account_id;
  const { locale, reference } = about;
  const account = await accounts.find(accountId);
  const name = row.name ?? providerOf(row.aaguid);
  if (account) {
    await database.knex.transaction((within) =>
      queueNotice(mail, within, account, { template: 'passkey-copied', name, locale, reference }),
    );
    mail.wake();
  }
  const flag = settings.count_went_back === 'flag';
  await record({ type: 'passkeys.count_went_back', outcome: flag ? 'ok' : 'refused', accountId, reference });
  return flag && used(row.credential_id, { ...signed, anyway: true });
}
