import type { ClientMistake } from '../../kit/errors.ts';
import { isLoopbackHost } from '../../outbound/index.ts';

/** In what a redirect URI that came differs from the registered one that is most like it, where that is one thing only. */
export function uriDifference(received: string, registered: readonly string[]): ClientMistake {
  if (registered.length === 0) return 'redirect_uri_none';
  for (const [mistake, alike] of likenesses) {
    if (registered.some((uri) => alike(received, uri))) return mistake;
  }
  return 'redirect_uri_unregistered';
}

type Alike = (received: string, registered: string) => boolean;

/** Equal once this one thing is left out. */
const without =
  (change: (text: string) => string): Alike =>
  (received, registered) =>
    change(received) === change(registered);

const likenesses: readonly (readonly [ClientMistake, Alike])[] = [
  ['redirect_uri_slash', without((uri) => uri.replace(/\/(?=$|\?)/, ''))],
  ['redirect_uri_scheme', without((uri) => uri.replace(/^https?:/, ''))],
  ['redirect_uri_query', without((uri) => uri.replace(/[?#].*$/s, ''))],
  ['redirect_uri_case', without((uri) => uri.toLowerCase())],
  ['redirect_uri_port', without((uri) => uri.replace(/^(https?:\/\/[^/?#]*?):\d+(?=[/?#]|$)/, '$1'))],
  ['redirect_uri_host', (received, registered) => loopbackAlike(received) === loopbackAlike(registered)],
];

/** `localhost`, `127.0.0.1` and `[::1]` are one machine and three hosts. */
function loopbackAlike(uri: string): string {
  const url = URL.parse(uri);
  return url && isLoopbackHost(url.hostname) ? uri.replace(url.hostname, 'loopback') : uri;
}
