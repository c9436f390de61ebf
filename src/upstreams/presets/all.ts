import type { Preset } from '../preset.ts';
import { facebook } from './facebook.ts';
import { google } from './google.ts';
import { oidc } from './oidc.ts';

export const presetNames = ['google', 'facebook', 'oidc'] as const;
export type PresetName = (typeof presetNames)[number];

/** Every kind of upstream that a config file can name. */
export const presets: Record<PresetName, Preset> = { google, facebook, oidc };
