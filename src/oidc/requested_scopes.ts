/** Scopes, apart by whose they are. */
export interface RequestedScopes {
  oidc: string[];
  /** Single claims, beyond what the scopes bring (OIDC Core 5.5). */
  claims: string[];
  /** By resource indicator (RFC 8707). */
  resources: Record<string, string[]>;
}
