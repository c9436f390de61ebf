import type { Client } from 'oidc-provider';

/** One of the organisation's own apps. */
export function isFirstParty(client: Client | undefined): boolean {
  return client?.['first_party'] === true;
}

/** An app on a person's device. */
export function isNative(client: Client | undefined): boolean {
  return client?.applicationType === 'native';
}

/** PKCE is required of every client unless its settings say otherwise; of a public one always (RFC 9700 2.1.1). */
export function needsPkce(client: Client): boolean {
  return client['require_pkce'] !== false || client.clientAuthMethod === 'none';
}
