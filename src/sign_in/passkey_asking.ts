import type { Context } from 'koa';
import type { Account } from '../accounts/index.ts';
import type { Visit } from '../oidc/index.ts';
import type { Binding, Purpose } from '../passkeys/index.ts';
import { problem, refusedForNow, type Shown } from '../web/index.ts';
import { aboutVisit, type SignInDeps } from './deps.ts';
import { pathOf } from './steps.ts';

/** A button that asks the browser for a passkey, or to make one: see the mixin `passkey`. */
export interface PasskeyButton {
  make: boolean;
  options: string;
  action: string;
}

/** The button of a page: its options hang below where its answer goes. */
export function passkeyButton(visit: Visit, page: string, make = false): PasskeyButton {
  return { make, options: pathOf(visit, `${page}/options`), action: pathOf(visit, page) };
}

/** What a challenge of this visit is bound to; with an account, to its passkeys. */
export function bound({ uid, browserHash }: Visit, purpose: Purpose, accountId?: string): Binding {
  return { purpose, browserHash, uid, accountId };
}

/** Who answers. */
export function answering({ web }: SignInDeps, ctx: Context, visit: Visit) {
  return { ...aboutVisit(visit), locale: web.locale(ctx), clientAddress: web.clientAddress(ctx) };
}

/** What an authenticator shows of an account. */
export function ownerOf({ address, profile }: Account) {
  return { name: address?.stored ?? '', displayName: profile.name };
}

/** Why an answer does not count, for the page that is shown again. `forget`: the passkey is gone, and the browser may know. */
export interface PasskeyRefused extends Shown {
  forget?: { rpId: string; credentialId: string };
}

/** What a page says of an answer that does not count. */
export function refusalOf(
  { web, passkeys }: SignInDeps,
  ctx: Context,
  refused: { reason: 'refused' | 'throttled' | 'unknown'; retryAfter?: number; credentialId?: string },
): PasskeyRefused {
  const t = web.t(ctx);
  if (refused.reason === 'throttled') return refusedForNow(ctx, t, refused.retryAfter ?? 0);
  const shown = { status: 401, problems: [problem(t, 'passkeys.problems.refused')] };
  const { credentialId } = refused;
  return credentialId === undefined ? shown : { ...shown, forget: { rpId: passkeys.rpId, credentialId } };
}

/** What the page tells whoever keeps the passkeys of the browser (WebAuthn L3 5.1.10). */
export function signalsOf({ forget }: PasskeyRefused) {
  return forget && [{ signal: 'signalUnknownCredential', of: forget }];
}
