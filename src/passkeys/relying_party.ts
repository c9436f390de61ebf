import type { RelyingParty } from './answers.ts';
import type { PasskeyMethods } from './door.ts';

/** What passkeys are bound to: the host of the issuer. */
export function rpIdOf(issuer: string): string {
  return new URL(issuer).hostname;
}

/** Who asks. Both come from the config: a request says nothing about it. */
export function relyingParty(issuer: string): RelyingParty {
  return { rpId: rpIdOf(issuer), origin: issuer };
}

/** The words of RFC 8176: what may be copied between devices is software, whatever it is kept in; the person was verified. */
export function methodsOf({ backupEligible }: { backupEligible: boolean }): PasskeyMethods {
  return [backupEligible ? 'swk' : 'hwk', 'user'];
}
