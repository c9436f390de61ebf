import type { ClientSettings } from '../settings.ts';
import { toMetadata } from '../templates.ts';
import { authJs } from './auth_js.ts';
import { authlib } from './authlib.ts';
import { callbackOf } from './callback.ts';
import { factsOf, secretVariable, type KitPlace } from './facts.ts';
import { gitlab } from './gitlab.ts';
import { grafana } from './grafana.ts';
import type { AuthMethod, Kit } from './kit.ts';
import { nextcloud } from './nextcloud.ts';
import { oauth2Proxy } from './oauth2_proxy.ts';
import { openidClient } from './openid_client.ts';
import { openidClientBrowser } from './openid_client_browser.ts';
import { openidClientDevice } from './openid_client_device.ts';
import { openidClientService } from './openid_client_service.ts';
import { render } from './render.ts';
import { springSecurity } from './spring_security.ts';

const kits: readonly Kit[] = [
  openidClient,
  openidClientBrowser,
  openidClientService,
  openidClientDevice,
  authJs,
  authlib,
  springSecurity,
  oauth2Proxy,
  grafana,
  gitlab,
  nextcloud,
];

/** What people type for a product. */
export const kitNames: readonly string[] = [...new Set(kits.map(({ id }) => id))];

/** Settings of one product for one client. Holds no secret. */
export interface FilledKit {
  id: string;
  name: string;
  /** Where the text belongs. */
  file: string;
  text: string;
  /** What its reader should do or know, as plain sentences. */
  notes: string[];
}

/** The kits that fit this type of client, filled in; of one product only where it is named. */
export function kitsFor(client: ClientSettings, place: KitPlace, only?: string): FilledKit[] {
  return kits
    .filter(({ id, types }) => types.includes(client.type) && (only === undefined || id === only))
    .map((kit) => fill(kit, client, place));
}

function fill(kit: Kit, client: ClientSettings, place: KitPlace): FilledKit {
  const callback = callbackOf(kit, client);
  const facts = factsOf(kit, client, callback, place);
  const notes = [
    ...callback.notes,
    ...authNotes(kit, client),
    ...secretNotes(client),
    ...pkceNotes(client),
    ...algorithmNotes(kit, client),
    ...(kit.notes ?? []),
  ];
  const comments = notes.map((note) => `${kit.comment} ${note}\n`).join('');
  return { id: kit.id, name: kit.name, file: kit.file, notes, text: `${comments}\n${render(kit, facts)}` };
}

function authNotes(kit: Kit, client: ClientSettings): string[] {
  const { token_endpoint_auth_method: method } = toMetadata(client);
  if (Object.hasOwn(kit.auth, method)) return [];
  const known = Object.keys(kit.auth) as AuthMethod[]; // the keys of the record
  return [`${kit.name} cannot authenticate by ${method}: give this client token_endpoint_auth_method: ${known[0]}.`];
}

function secretNotes(client: ClientSettings): string[] {
  const variable = secretVariable(client);
  return variable === undefined ? [] : [`The client secret stands in ${variable}; it is not printed here.`];
}

function pkceNotes({ require_pkce }: ClientSettings): string[] {
  return require_pkce ? [] : ['These settings send PKCE, so that this client needs no require_pkce: false.'];
}

/** ES256 is shorter and a tenth of the work, and safe to propose where the library takes what discovery offers. */
function algorithmNotes({ name, followsDiscovery, types }: Kit, client: ClientSettings): string[] {
  if (types.includes('service')) return [];
  const said = client['id_token_signed_response_alg'];
  const chosen = typeof said === 'string' ? said : 'RS256';
  if (followsDiscovery && chosen === 'RS256') {
    return [
      `${name} follows discovery: id_token_signed_response_alg: ES256 may be added to this client (shorter ID tokens).`,
    ];
  }
  if (followsDiscovery || chosen === 'RS256') return [];
  return [`${name} expects RS256 unless told otherwise: take id_token_signed_response_alg: ${chosen} away.`];
}
