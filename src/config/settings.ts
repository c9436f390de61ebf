import { z } from 'zod';
import { clientSettings, requireSetting } from '../clients/index.ts';
import { keySettings } from '../keys/index.ts';
import { mailSettings } from '../mail/index.ts';
import { lifetimeSettings, protocolSettings, resourceSettings } from '../oidc/index.ts';
import { passkeySettings } from '../passkeys/index.ts';
import { passwordSettings } from '../passwords/index.ts';
import { limitSettings } from '../rate_limits/index.ts';
import { signupSettings } from '../sign_in/index.ts';
import { upstreamSettings } from '../upstreams/index.ts';
import { brandSettings, httpSettings, placeSettings } from '../web/index.ts';
import {
  databaseSettings,
  developmentOf,
  developmentSettings,
  encryptionKeySettings,
  modeSettings,
  outboundSettings,
  subjectSaltSettings,
  type Development,
} from './own_settings.ts';

/** The whole file. Each section is described by the room that reads it. */
export const settingsSchema = z.strictObject({
  issuer: z.string().describe('The origin under which everybody reaches us, without path and trailing slash.'),
  mode: modeSettings,
  brand: brandSettings.prefault({}),
  http: httpSettings.prefault({}),
  database: databaseSettings.optional(),
  encryption_key: encryptionKeySettings.optional(),
  subject_salt: subjectSaltSettings.optional(),
  keys: keySettings.prefault({}),
  places: placeSettings.prefault({}),
  mail: mailSettings.prefault({}),
  signup: signupSettings.prefault({}),
  passwords: passwordSettings.prefault({}),
  require: requireSetting,
  passkeys: passkeySettings.prefault({}),
  protocol: protocolSettings.prefault({}),
  lifetimes: lifetimeSettings.prefault({}),
  limits: limitSettings.prefault({}),
  outbound: outboundSettings.prefault({}),
  development: developmentSettings.prefault({}),
  upstreams: z.array(upstreamSettings).default([]),
  clients: z.array(clientSettings).default([]),
  resources: z.array(resourceSettings).default([]),
});

/** The file as the schema gives it, before anything is decided by the mode. */
export type ParsedSettings = z.output<typeof settingsSchema>;

/** The effective settings: everything filled in, and what development mode brings decided. */
export interface Settings extends Omit<ParsedSettings, 'development'> {
  development: Development;
}

/** Decides what the file leaves to the mode. */
export function toSettings(parsed: ParsedSettings): Settings {
  return { ...parsed, development: developmentOf(parsed.mode, parsed.development) };
}
