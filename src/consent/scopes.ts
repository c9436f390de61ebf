import type { Account } from '../accounts/index.ts';
import type { Translate } from '../locales/index.ts';
import type { Visit } from '../oidc/index.ts';

export interface ScopeLine {
  name: string;
  sentence: string;
  /** What will really be shared, where the scope stands for a value we hold. */
  value?: string;
  isNew: boolean;
}

/** One sentence for each scope and resource the visit asks for; what was not allowed before is marked as new. */
export function describeScopes(visit: Visit, account: Account, t: Translate): ScopeLine[] {
  const { missing, granted } = visit.scopes;
  const lines: ScopeLine[] = [];
  for (const scope of [...granted.oidc, ...missing.oidc]) {
    const isNew = missing.oidc.includes(scope) && granted.oidc.length > 0;
    const line = describeScope(scope, account, t);
    if (line) lines.push({ ...line, isNew });
  }
  for (const [resource, scopes] of Object.entries(missing.resources)) {
    for (const scope of scopes) {
      lines.push({
        name: scope,
        sentence: t('consent.scopes.resource', { scope, resource }),
        isNew: granted.oidc.length > 0,
      });
    }
  }
  return lines;
}

function describeScope(scope: string, account: Account, t: Translate): Omit<ScopeLine, 'isNew'> | undefined {
  switch (scope) {
    case 'openid':
      return undefined; // said by the page itself: the app learns who you are
    case 'profile':
      return { name: scope, sentence: t('consent.scopes.profile'), value: account.profile.name };
    case 'email':
      return { name: scope, sentence: t('consent.scopes.email'), value: account.address?.stored };
    case 'address':
      return { name: scope, sentence: t('consent.scopes.address') };
    case 'phone':
      return { name: scope, sentence: t('consent.scopes.phone') };
    case 'offline_access':
      return {
        name: scope,
        sentence: t('consent.scopes.offline_access'),
        value: t('consent.scopes.offline_access_detail'),
      };
    default:
      return { name: scope, sentence: t('consent.scopes.other', { scope }) };
  }
}
