import { notAdded } from '../passkeys/index.ts';
import { answering, bound } from './passkey_asking.ts';
import { readSignup, signUpWith } from './signup.ts';
import type { Handler } from './steps.ts';
import { homeOf } from './ways.ts';

/** Options for the passkey of an account that does not exist yet. A form with mistakes gets none: sent as it is, it says which. */
export const askAtSignup: Handler = async (deps, ctx, visit) => {
  const { web, passkeys } = deps;
  const { typed, address, ofAddress, ofOthers } = await readSignup(deps, ctx, visit, await web.form(ctx));
  if (!address || ofAddress.length > 0 || ofOthers.length > 0 || homeOf(deps, address)?.localPasswords === false) {
    ctx.status = 422;
    return;
  }
  const owner = { name: address.stored, displayName: typed.name || undefined };
  ctx.body = await passkeys.newFor(bound(visit, 'sign_up'), owner);
};

/** Takes a sign-up with a passkey: it waits in the proof for the mailed code, and is gone with it if that never comes. */
export const submitPasskeySignup: Handler = (deps, ctx, visit) =>
  signUpWith(deps, ctx, visit, ({ answer = '' }) => ({
    problems: async () => [],
    async keep() {
      const made = await deps.passkeys.made(bound(visit, 'sign_up'), answer, answering(deps, ctx, visit));
      return made.ok ? { passkey: made.passkey, methods: made.methods } : notAdded(ctx, deps.web.t(ctx), made);
    },
  }));
