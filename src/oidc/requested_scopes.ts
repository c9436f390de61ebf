/** Scopes, apart by whose they are. */
export interface RequestedScopes {
  oidc: string[];
  /** Single claims, beyond what the scopes bring (OIDC Core 5.5). */
  claims: string[];
  /** By resource indicator (RFC 8707). */
  resources: Record<string, string[]>;
}

/** The scopes that a text names (RFC 6749 3.3). */
export function scopesIn(text = ''): string[] {
  return text.split(' ').filter((scope) => scope !== '');
}
