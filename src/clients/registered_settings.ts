import { clientSettings, type ClientSettings, type ClientType } from './settings.ts';

/**
 * An app that registered itself as an entry of the config would say it, so that what is made of entries can be made of it. Its
 * type is the one whose template is next to what it said. Throws for metadata that is none of a registered app.
 */
export function registeredSettings(metadata: Readonly<Record<string, unknown>>): ClientSettings {
  const { client_name: name, ...said } = metadata;
  return clientSettings.parse({ ...said, name, type: typeOf(metadata) });
}

function typeOf(said: Readonly<Record<string, unknown>>): ClientType {
  const grants: unknown[] = [said['grant_types']].flat();
  if (grants.includes('urn:ietf:params:oauth:grant-type:device_code')) return 'device';
  if (!grants.includes('authorization_code') && grants.includes('client_credentials')) return 'service';
  if (said['token_endpoint_auth_method'] !== 'none') return 'web';
  return said['application_type'] === 'native' ? 'native' : 'spa';
}
