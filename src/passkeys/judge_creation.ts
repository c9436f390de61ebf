import { checkCreation, readCreation } from './answers.ts';
import { consumeChallenge } from './challenge_store.ts';
import type { PasskeysDeps } from './deps.ts';
import type { About, Binding, Made } from './door.ts';
import { methodsOf, relyingParty } from './relying_party.ts';
import { counted, refused } from './tries.ts';

/** What a browser made: a passkey that nobody has added yet. Its challenge is used up, whatever comes out. */
export async function judgeCreation(deps: PasskeysDeps, binding: Binding, answer: string, about: About): Promise<Made> {
  return counted(deps, about, () => judge(deps, binding, answer, about));
}

async function judge(deps: PasskeysDeps, binding: Binding, text: string, about: About): Promise<Made> {
  const answer = readCreation(text);
  const asked = answer && (await consumeChallenge(deps.database, answer.challenge, binding));
  if (!answer || asked?.userHandle === undefined) return refused(deps, binding, about, 'challenge');
  const passkey = await checkCreation(relyingParty(deps.issuer), answer, binding.purpose !== 'upgrade');
  if (!passkey) return refused(deps, binding, about, 'attestation');
  return { ok: true, passkey: { ...passkey, userHandle: asked.userHandle }, methods: methodsOf(passkey) };
}
