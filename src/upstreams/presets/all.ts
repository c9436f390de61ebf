import type { Preset } from '../preset.ts';
import { facebook } from './facebook.ts';
import { google } from './google.ts';
import { oidc } from './oidc.ts';

/** What `preset` in the config file may say. */
export const presetNames = ['google', 'facebook', 'oidc'] as const;
/** The name of a kind of upstream. */
export type PresetName = (typeof presetNames)[number];

/** Every kind of upstream that a config file can name. */
export const presets: Record<PresetName, Preset> = { google, facebook, oidc };
