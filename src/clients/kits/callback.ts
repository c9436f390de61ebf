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

/** The registered redirect URI that fits the product; where none does, the one it will send, and the line that registers it. */
export function callbackOf({ name, callback }: Pick<Kit, 'name' | 'callback'>, client: ClientSettings): Callback {
  const registered = client.redirect_uris ?? [];
  if (callback === undefined) return { uri: registered[0], name: OWN_NAME, notes: [] };
  const fits = fitting(callback);
  for (const uri of registered) {
    const match = fits.exec(URL.parse(uri)?.pathname ?? '');
    if (match) return { uri, name: match[1] ?? OWN_NAME, notes: [] };
  }
  const origin = registered.map((uri) => originOf(uri)).find((one) => one !== undefined) ?? originOf(client.client_uri);
  const uri = `${origin ?? 'https://app.example'}${callback.replace('*', OWN_NAME)}`;
  const line = JSON.stringify([...registered, uri]).replaceAll('","', '", "');
  return {
    uri,
    name: OWN_NAME,
    notes: [`${name} comes back to ${uri}, which is not registered: write redirect_uris: ${line} for this client.`],
  };
}

function fitting(callback: string): RegExp {
  const escaped = callback.replaceAll(/[.+?^$()[\]{}|\\]/g, String.raw`\$&`);
  return new RegExp(`${escaped.replace('*', '([A-Za-z0-9_-]+)')}$`);
}

function originOf(uri: string | undefined): string | undefined {
  const url = uri === undefined ? null : URL.parse(uri);
  return url && url.origin !== 'null' ? url.origin : undefined;
}
