import type { Preset } from '../preset.ts';
import { apple } from './apple.ts';
import { discord } from './discord.ts';
import { facebook } from './facebook.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { google } from './google.ts';
import { kakao } from './kakao.ts';
import { line } from './line.ts';
import { linkedin } from './linkedin.ts';
import { microsoft } from './microsoft.ts';
import { naver } from './naver.ts';
import { oauth2 } from './oauth2.ts';
import { oidc } from './oidc.ts';
import { x } from './x.ts';

/** What `preset` in the config file may say. */
export const presetNames = [
  'google',
  'facebook',
  'apple',
  'microsoft',
  'github',
  'gitlab',
  'linkedin',
  'x',
  'discord',
  'kakao',
  'naver',
  'line',
  'oidc',
  'oauth2',
] as const;
/** The name of a kind of upstream. */
export type PresetName = (typeof presetNames)[number];
/** A kind of upstream whose addresses are pinned, so that the simulator can play it. */
export type SimulatedPreset = Exclude<PresetName, 'oidc' | 'oauth2'>;

/** Every kind of upstream that a config file can name. */
export const presets: Record<PresetName, Preset> = {
  google,
  facebook,
  apple,
  microsoft,
  github,
  gitlab,
  linkedin,
  x,
  discord,
  kakao,
  naver,
  line,
  oidc,
  oauth2,
};

/** The presets that the simulator can play. */
export const simulatedPresets = presetNames.filter(isSimulated);

/** Whether the simulator can play a preset. */
export function isSimulated(preset: PresetName): preset is SimulatedPreset {
  return preset !== 'oidc' && preset !== 'oauth2';
}
