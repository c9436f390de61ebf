import type { ProtocolSettings } from '../protocol_settings.ts';
import { isDocumentAllowed } from './document_hosts.ts';
import { isRegisteredId } from './registered_clients.ts';
import { judgeStranger } from './strangers.ts';

/** Whether anybody but an admin can bring clients. */
export function admitsStrangers({ registration, client_id_metadata }: ProtocolSettings): boolean {
  return registration !== false || client_id_metadata !== false;
}

/** Whether an id, if it is no client of the config, is the URL of a document. */
export function isDocumentId(id: string): boolean {
  return URL.parse(id)?.protocol === 'https:';
}

/** Whether an app that is not in the config may have this id: the settings let such apps in, and their ids look so. */
export function mayBeStranger({ registration, client_id_metadata: documents }: ProtocolSettings, id: string): boolean {
  const registered = registration !== false && isRegisteredId(id);
  return registered || (documents !== false && isDocumentAllowed(id, documents.allow));
}

interface Circumstances {
  protocol: ProtocolSettings;
  /** Our own keys of client metadata: what only an admin can say. */
  ownKeys: readonly string[];
  /** Whether what we fetch from strangers may be on this machine. */
  loopback: boolean;
}

/** Takes from a stranger what only an admin can say, and judges the rest by the settings. Throws InvalidClientMetadata. */
export function boundStranger(metadata: Record<string, unknown>, { protocol, ownKeys, loopback }: Circumstances): void {
  for (const key of ownKeys) delete metadata[key];
  const id = String(metadata['client_id']);
  const { registration, client_id_metadata: documents } = protocol;
  if (documents !== false && isDocumentId(id)) {
    const { grant_types, scopes } = documents;
    const redirects = ['https', 'loopback'] as const;
    judgeStranger(metadata, {
      grant_types,
      scopes,
      redirect_uris: redirects,
      require_pkce: true,
      loopback,
      document: id,
    });
  } else if (registration !== false) judgeStranger(metadata, { ...registration, loopback });
}

/** The APIs that a stranger of this id may ask tokens for. */
export function resourcesForStranger(protocol: ProtocolSettings, id: string): readonly string[] {
  const settings = isDocumentId(id) ? protocol.client_id_metadata : protocol.registration;
  return settings === false ? [] : settings.resources;
}
