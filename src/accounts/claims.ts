import type { Account } from './account.ts';
import type { HeldGroup } from './groups.ts';

/**
 * The standard claims of an account (OIDC Core 5.1) without `sub`, and its groups; what is empty is left out. Scopes choose among
 * them.
 */
export function claimsOf(
  { profile, locale, updatedAt, address }: Account,
  groups: readonly HeldGroup[],
): Record<string, unknown> {
  const claims = {
    ...profile,
    locale: localeOf(profile.locale, locale),
    // Nobody proves numbers here: who imported it says so, else it is not. Apps want both or none.
    phone_number_verified: profile.phone_number && profile.phone_number_verified === true,
    updated_at: Math.floor(updatedAt.getTime() / 1000),
    // True only when a mail of ours, or an upstream the rule trusts for it, proved the address (OIDC Core 5.1).
    ...(address && { email: address.stored, email_verified: address.verifiedAt !== undefined }),
    groups: groups.length > 0 ? groups.map(({ name }) => name) : undefined,
  };
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined && value !== ''));
}

/** The language the person reads our pages in; an imported tag is more exact (`ko-KR`) until another language is chosen. */
function localeOf(imported: string | undefined, chosen: Account['locale']): string | undefined {
  const moreExact = chosen === undefined || imported?.startsWith(`${chosen}-`);
  return moreExact ? (imported ?? chosen) : chosen;
}
