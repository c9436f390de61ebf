import type { Account } from '../accounts/index.ts';
import type { Translate } from '../locales/index.ts';
import { resourceSentence, scopesOfClaims, scopeSentence, type Visit } from '../oidc/index.ts';

/** One line of what an app asks for. */
export interface ScopeLine {
  name: string;
  sentence: string;
  /** What will really be shared, where the scope stands for a value we hold. */
  value?: string;
  isNew: boolean;
}

/** Whose values are shown. */
type Somebody = Pick<Account, 'profile' | 'address'> & { groups: readonly string[] };

/** One sentence for each scope and resource the visit asks for; what was not allowed before is marked as new. */
export function describeScopes(visit: Visit, account: Somebody, t: Translate): ScopeLine[] {
  const { missing, granted } = visit.scopes;
  const lines: ScopeLine[] = [];
  const ofClaims = scopesOfClaims(missing.claims).filter((each) => !missing.oidc.includes(each));
  const asked = [...missing.oidc, ...ofClaims];
  for (const scope of [...granted.oidc.filter((before) => !ofClaims.includes(before)), ...asked]) {
    const isNew = asked.includes(scope) && granted.oidc.length > 0;
    const line = describeScope(scope, account, t);
    if (line) lines.push({ ...line, isNew });
  }
  for (const [resource, scopes] of Object.entries(missing.resources)) {
    for (const scope of scopes) {
      lines.push({
        name: scope,
        sentence: resourceSentence(t, scope, resource),
        isNew: granted.oidc.length > 0,
      });
    }
  }
  return lines;
}

function describeScope(scope: string, account: Somebody, t: Translate): Omit<ScopeLine, 'isNew'> | undefined {
  const sentence = scopeSentence(t, scope);
  return sentence === undefined ? undefined : { name: scope, sentence, value: valueOf(scope, account, t) };
}

function valueOf(scope: string, { profile, address, groups }: Somebody, t: Translate): string | undefined {
  if (scope === 'profile') return profile.name;
  if (scope === 'email') return address?.stored;
  if (scope === 'address') return profile.address?.formatted;
  if (scope === 'phone') return profile.phone_number;
  if (scope === 'groups') return groups.join(', ') || undefined;
  return scope === 'offline_access' ? t('consent.scopes.offline_access_detail') : undefined;
}
