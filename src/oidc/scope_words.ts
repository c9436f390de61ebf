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
    case 'offline_access':
      return t(`consent.scopes.${scope}`);
    default:
      return t('consent.scopes.other', { scope });
  }
}

/** The same for a scope of an API (RFC 8707). */
export function resourceSentence(t: Translate, scope: string, resource: string): string {
  return t('consent.scopes.resource', { scope, resource });
}
