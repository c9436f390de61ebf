import { claimsByScope } from '../accounts/index.ts';
import type { Translate } from '../locales/index.ts';

/** What a scope lets an app do, in a sentence; undefined for `openid`, which says no more than who somebody is. */
export function scopeSentence(t: Translate, scope: string): string | undefined {
  switch (scope) {
    case 'openid':
      return undefined;
    case 'profile':
    case 'email':
    case 'address':
    case 'phone':
    case 'groups':
    case 'offline_access':
      return t(`consent.scopes.${scope}`);
    default:
      return t('consent.scopes.other', { scope });
  }
}

const scopeOfClaim = new Map(
  Object.entries(claimsByScope()).flatMap(([scope, claims]) => claims.map((claim): [string, string] => [claim, scope])),
);

/** Those of some claims that tell of a person: of a request, people are asked about these. */
export function claimsWithScope(claims: readonly string[]): string[] {
  return claims.filter((claim) => scopeOfClaim.has(claim));
}

/** The scopes that single claims belong to, in whose words people read of them: that is never less than what is shared. */
export function scopesOfClaims(claims: readonly string[]): string[] {
  return [...new Set(claims.flatMap((claim) => scopeOfClaim.get(claim) ?? []))];
}

/** The same for a scope of an API (RFC 8707). */
export function resourceSentence(t: Translate, scope: string, resource: string): string {
  return t('consent.scopes.resource', { scope, resource });
}
