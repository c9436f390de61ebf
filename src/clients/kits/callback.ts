import { isLoopbackHost } from '../../outbound/index.ts';
import type { ClientSettings } from '../settings.ts';
import type { Kit } from './kit.ts';

/** Where a product takes people back, and what is to be done about it. */
export interface Callback {
  /** Absent: no browser comes back to this client. */
  uri?: string;
  /** The name of its own in the product's path. */
  name: string;
  notes: string[];
}

const OWN_NAME = 'gatehouse';

const ON_DEVICES: ReadonlySet<string> = new Set(['native', 'mcp']);
const LOOPBACK = 'http://127.0.0.1/callback';
const ANY_PORT = '8420';

/** The registered redirect URI that fits the product; where none does, the one it will send, and the line that registers it. */
export function callbackOf({ name, callback }: Pick<Kit, 'name' | 'callback'>, client: ClientSettings): Callback {
  const registered = client.redirect_uris ?? [];
  if (callback === undefined) return ON_DEVICES.has(client.type) ? onLoopback(name, registered) : theFirst(registered);
  const fits = fitting(callback);
  for (const uri of registered) {
    const match = fits.exec(URL.parse(uri)?.pathname ?? '');
    if (match) return { uri, name: match[1] ?? OWN_NAME, notes: [] };
  }
  const origin = registered.map((uri) => originOf(uri)).find((one) => one !== undefined) ?? originOf(client.client_uri);
  const uri = `${origin ?? 'https://app.example'}${callback.replace('*', OWN_NAME)}`;
  return { uri, name: OWN_NAME, notes: [notRegistered(name, registered, uri)] };
}

function theFirst([uri]: readonly string[]): Callback {
  return { ...(uri !== undefined && { uri }), name: OWN_NAME, notes: [] };
}

/** A program on a device listens on loopback, where any port counts (RFC 8252 7.3). */
function onLoopback(name: string, registered: readonly string[]): Callback {
  const fits = registered
    .map((uri) => URL.parse(uri))
    .find((url) => url?.protocol === 'http:' && isLoopbackHost(url.hostname));
  const url = new URL(fits ?? LOOPBACK);
  const notes = fits ? [] : [notRegistered(name, registered, LOOPBACK)];
  if (url.port !== '') return { uri: url.href, name: OWN_NAME, notes };
  url.port = ANY_PORT;
  return { uri: url.href, name: OWN_NAME, notes: [...notes, `Any free port will do; ${ANY_PORT} is one.`] };
}

function notRegistered(name: string, registered: readonly string[], uri: string): string {
  const line = JSON.stringify([...registered, uri]).replaceAll('","', '", "');
  return `${name} comes back to ${uri}, which is not registered: write redirect_uris: ${line} for this client.`;
}

function fitting(callback: string): RegExp {
  const escaped = callback.replaceAll(/[.+?^$()[\]{}|\\]/g, String.raw`\$&`);
  return new RegExp(`${escaped.replace('*', '([A-Za-z0-9_-]+)')}$`);
}

function originOf(uri: string | undefined): string | undefined {
  const url = uri === undefined ? null : URL.parse(uri);
  return url && url.origin !== 'null' ? url.origin : undefined;
}
