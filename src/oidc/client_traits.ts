import type { Client } from 'oidc-provider';
import { mayUse, takes, type Allow, type ClientLifetimes, type KeptSecret, type Level } from '../clients/index.ts';

/** A client that is part of us, which no switch of the protocol concerns: nobody else can have such an id. */
export function isOurOwn(clientId: unknown): boolean {
  return typeof clientId === 'string' && clientId.startsWith('gatehouse-');
}

/** An app that nobody of the organisation has written down: our own keys are never those of a stranger. */
export function isStranger(client: Client): boolean {
  return client['first_party'] === undefined;
}

/** One of the organisation's own apps. */
export function isFirstParty(client: Client | undefined): boolean {
  return client?.['first_party'] === true;
}

/** An app on a person's device. */
export function isNative(client: Client | undefined): boolean {
  return client?.applicationType === 'native';
}

/** Whether a client takes people who signed in this way: the id of an upstream, or `local`. */
export function takesWay(client: Client | undefined, way: string | undefined): boolean {
  // Our own schema has read it: a list of texts, or nothing.
  return takes(client?.['upstreams'] as string[] | undefined, way);
}

/** Whether a client is for the account with these claims: by its groups, or its address, once that is proven. */
export function allows(
  client: Readonly<Record<string, unknown>> | undefined,
  { email, email_verified: proven, groups }: Record<string, unknown>,
): boolean {
  // Our own schema has read it.
  const allow = client?.['allow'] as Allow | undefined;
  return mayUse(allow, {
    address: proven === true && typeof email === 'string' ? email : undefined,
    groups: Array.isArray(groups) ? groups : [],
  });
}

/** PKCE is required of every client unless its settings say otherwise; of a public one always (RFC 9700 2.1.1). */
export function needsPkce(client: Client): boolean {
  return client['require_pkce'] !== false || client.clientAuthMethod === 'none';
}

/** How surely a client wants its people to be proven. */
export function requiredBy(client: Client | undefined): Level {
  // Our own schema has read it.
  return (client?.['require'] as Level | undefined) ?? 'none';
}

/** The only APIs that a client may ask tokens for, each with its scopes; undefined where its settings do not say. */
export function resourcesOfClient(client: Client): Readonly<Record<string, readonly string[]>> | undefined {
  // Our own schema has read it.
  return client['resources'] as Record<string, string[]> | undefined;
}

/** What lives longer or shorter for a client than for all others. */
export function lifetimesOfClient(client: Client | undefined): ClientLifetimes {
  // Our own schema has read it.
  return (client?.['lifetimes'] as ClientLifetimes | undefined) ?? {};
}

/** Everything that proves a client with several secrets; undefined for one with a single secret, or none. */
export function secretsOfClient(client: Client): readonly KeptSecret[] | undefined {
  // Our own registry has made it.
  return client['client_secrets'] as KeptSecret[] | undefined;
}
