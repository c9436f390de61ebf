import type { JWTPayload } from 'jose';
import type { UpstreamDefinition } from '../definition.ts';
import { TENANT_GUID } from '../preset.ts';

/** All spellings of the upstream's issuer, its own first. */
export function acceptedIssuers({ issuer, issuer_aliases: aliases = [] }: UpstreamDefinition): string[] {
  return [issuer, ...aliases];
}

/**
 * Whether the claims of a token name its issuer. Where each tenant is one, it must be the issuer of the very tenant that the
 * token names, whichever that is; whether people of that tenant may come in is another question.
 */
export function isIssuerRight(definition: UpstreamDefinition, claims: JWTPayload): boolean {
  const { issuer, tenancy } = definition;
  if (!tenancy) return claims.iss !== undefined && acceptedIssuers(definition).includes(claims.iss);
  const tenant = claims[tenancy.claim];
  return typeof tenant === 'string' && TENANT_GUID.test(tenant) && claims.iss === issuerOfTenant(issuer, tenant);
}

/** The issuer that a template gives for a tenant. */
export function issuerOfTenant(template: string, tenant: string): string {
  return template.replace(/\{\w+\}/, tenant);
}

/**
 * Which keys may sign a token with these claims, by the `issuer` that a key set with keys of several tenants writes beside each;
 * it may be a template as well. Undefined where keys are nobody's in particular.
 */
export function keyBinding(
  { tenancy }: UpstreamDefinition,
  claims: JWTPayload,
): ((issuer: string) => boolean) | undefined {
  if (!tenancy) return undefined;
  return (issuer) => issuerOfTenant(issuer, String(claims[tenancy.claim])) === claims.iss;
}
