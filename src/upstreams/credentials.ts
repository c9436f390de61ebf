import type { Preset } from './preset.ts';
import { presets } from './presets/all.ts';
import type { UpstreamSettings } from './settings.ts';

/** By what an app is known at an upstream. Which of these there are, `token_auth` decides. */
export interface Credentials {
  client_id: string;
  client_secret?: string | undefined;
  team_id?: string | undefined;
  /** PKCS #8 in PEM. */
  private_key?: string | undefined;
  key_id?: string | undefined;
}

/** The exact URL to register at the upstream. */
export function redirectUri(issuer: string, id: string): string {
  return `${issuer}/upstream/${id}/callback`;
}

/** The credentials that each way of proving oneself needs. */
const needed: Record<Preset['token_auth'], readonly (keyof Credentials)[]> = {
  client_secret_post: ['client_id', 'client_secret'],
  client_secret_basic: ['client_id', 'client_secret'],
  client_secret_jwt: ['client_id', 'client_secret'],
  private_key_jwt: ['client_id', 'private_key'],
  signed_secret: ['client_id', 'team_id', 'key_id', 'private_key'],
  none: ['client_id'],
};

/** The credentials that these settings need but do not have; an empty text counts as absent. */
export function missingCredentials(settings: UpstreamSettings): (keyof Credentials)[] {
  return needed[settings.token_auth ?? presets[settings.preset].token_auth].filter((key) => !settings[key]);
}

/** The credentials of these settings, or undefined where one is missing. */
export function ownCredentials(settings: UpstreamSettings): Credentials | undefined {
  const { client_id: id, client_secret, team_id, private_key, key_id } = settings;
  if (!id || missingCredentials(settings).length > 0) return undefined;
  return { client_id: id, client_secret: client_secret || undefined, team_id, private_key, key_id };
}
