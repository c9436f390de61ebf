import type { SimulatedPreset } from '../../presets/all.ts';
import type { Shape } from '../shape.ts';
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
import { x } from './x.ts';

/** Every provider that can be played, by the name of its preset. */
export const shapes: Record<SimulatedPreset, Shape> = {
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
};
