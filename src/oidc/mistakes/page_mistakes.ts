import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { ClientMistake } from '../../kit/errors.ts';
import { uriDifference } from './uri_difference.ts';

/** What the library says of a request, and what that means. Its sentences are the only thing by which it tells them apart. */
const sentences: readonly (readonly [RegExp, ClientMistake])[] = [
  [/^missing required parameters? .*'client_id'/, 'client_id_missing'],
  [/^missing required parameters? .*'redirect_uri'/, 'redirect_uri_missing'],
  [/must not be provided twice$/, 'parameter_twice'],
  [/^Pushed Authorization Request must be used/, 'push_needed'],
  [/^post_logout_redirect_uri not registered/, 'logout_uri_unregistered'],
  [/^client_id does not match the provided id_token_hint/, 'logout_client_differs'],
  [/id_token_hint/, 'logout_hint_unusable'],
];

/** What exactly an app got wrong, when it is an app that did. */
export function pageMistake(ctx: KoaContextWithOIDC, error: Error): ClientMistake | undefined {
  const { client, params } = ctx.oidc;
  if (error instanceof errors.InvalidClient) return 'client_id_unknown';
  if (error instanceof errors.InvalidRequestUri) return 'request_uri_unusable';
  if (error instanceof errors.InvalidRedirectUri) {
    return uriDifference(String(params?.['redirect_uri']), client?.redirectUris ?? []);
  }
  const said = error instanceof errors.OIDCProviderError ? (error.error_description ?? '') : '';
  return sentences.find(([sentence]) => sentence.test(said))?.[1];
}

const MOST = 5;

/** What is registered in place of what came, where a mistake is about that. */
export function registeredOf(
  { oidc: { client } }: KoaContextWithOIDC,
  mistake: ClientMistake | undefined,
): Record<string, string> | undefined {
  if (mistake?.startsWith('redirect_uri')) return { redirect_uris: listed(client?.redirectUris) };
  if (mistake === 'logout_uri_unregistered')
    return { post_logout_redirect_uris: listed(client?.postLogoutRedirectUris) };
  return undefined;
}

function listed(uris: readonly string[] = []): string {
  return uris.slice(0, MOST).join(' ') || '-';
}
