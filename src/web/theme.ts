import { contrast, toHex, toLch } from './oklch.ts';
import type { Lch } from './oklch.ts';

export { contrast } from './oklch.ts';

/** The colours of one theme, each `#rrggbb`, by the name of their custom property without the dashes. */
export type Tokens = Record<(typeof names)[number], string>;

const names = [
  'ground',
  'surface',
  'well',
  'wash',
  'ink',
  'ink-2',
  'line',
  'edge',
  'lintel',
  'fill',
  'fill-hover',
  'fill-edge',
  'on-fill',
  'link',
  'focus',
  'danger',
  'ok',
  'up',
  'up-edge',
  'up-ink',
] as const;

/** Upstream buttons have Google's own values, the strictest of the brands, and are never tinted by the accent. */
const FIXED = {
  light: { danger: '#b3261e', ok: '#1b6e3c', up: '#ffffff', 'up-edge': '#747775', 'up-ink': '#1f1f1f' },
  dark: { danger: '#ff8f85', ok: '#6fcf97', up: '#131314', 'up-edge': '#8e918f', 'up-ink': '#e3e3e3' },
};

/**
 * Both themes of an accent colour (`#rgb` or `#rrggbb`, throws on anything else). Whatever the accent, text keeps 4.5:1 and
 * controls, edges and focus keep 3:1 on every ground they stand on (WCAG 2.2, 1.4.3 and 1.4.11).
 */
export function themeTokens(accent: string): { light: Tokens; dark: Tokens } {
  const brand = toLch(accent);
  return { light: light(toHex(brand), brand), dark: dark(toHex(brand), brand) };
}

/** The custom properties of both themes as CSS; it stands before the stylesheet, in the same file. */
export function themeCss(accent: string): string {
  const { light: day, dark: night } = themeTokens(accent);
  return `:root{color-scheme:light dark;${block(day)}}\n@media (prefers-color-scheme:dark){:root{${block(night)}}}\n`;
}

function block(tokens: Tokens): string {
  return names.map((name) => `--${name}:${tokens[name]}`).join(';');
}

function light(accent: string, brand: Lch): Tokens {
  const tint = tinter(brand);
  const surface = '#ffffff';
  const ground = tint(0.945 + 0.022 * yellowness(brand), 0.02);
  const wash = tint(0.965, 0.016);
  const edge = until(accent, -1, [surface], 3);
  return {
    ground,
    surface,
    wash,
    well: tint(0.985, 0.005),
    line: tint(0.895, 0.012),
    edge: tint(0.61, 0.02),
    ink: tint(0.23, 0.022),
    'ink-2': tint(0.47, 0.022),
    lintel: contrast(accent, surface) < 1.35 ? edge : accent,
    ...button(accent),
    'fill-edge': edge,
    link: until(accent, -1, [surface, wash], 4.5),
    focus: until(accent, -1, [surface, ground], 3),
    ...FIXED.light,
  };
}

function dark(accent: string, brand: Lch): Tokens {
  const tint = tinter(brand);
  const surface = tint(0.215, 0.012);
  const ground = tint(0.16, 0.01);
  const wash = tint(0.27, 0.035);
  const fill = contrast(accent, surface) >= 3 ? accent : toHex({ ...brand, l: Math.max(0.74, 1 - brand.l) });
  return {
    ground,
    surface,
    wash,
    well: tint(0.185, 0.01),
    line: tint(0.32, 0.014),
    edge: tint(0.58, 0.016),
    ink: tint(0.95, 0.006),
    'ink-2': tint(0.75, 0.014),
    lintel: fill,
    ...button(fill),
    'fill-edge': until(fill, 1, [surface], 3),
    link: until(fill, 1, [surface, wash], 4.5),
    focus: until(fill, 1, [surface, ground], 3),
    ...FIXED.dark,
  };
}

/** Neutrals in the hue of the accent; a grey accent gets true greys. */
function tinter(brand: Lch): (l: number, c: number) => string {
  const strength = Math.min(1, brand.c / 0.12);
  return (l, c) => toHex({ l, c: c * strength, h: brand.h });
}

/** 1 for a full yellow, 0 for hues 45 degrees away from it and for greys: yellow paper looks dirty at the usual lightness. */
function yellowness({ c, h }: Lch): number {
  return Math.max(0, 1 - Math.abs(((h - 100 + 540) % 360) - 180) / 45) * Math.min(1, c / 0.12);
}

/** The text flips to black where white would not be readable; one of the two always reaches 4.5:1. */
function button(fill: string): { fill: string; 'on-fill': string; 'fill-hover': string } {
  const white = contrast('#ffffff', fill) >= 4.5;
  const colour = toLch(fill);
  const step = white ? -0.06 : 0.06;
  const l = colour.l + step < 0 || colour.l + step > 1 ? colour.l - step : colour.l + step;
  return { fill, 'on-fill': white ? '#ffffff' : '#000000', 'fill-hover': toHex({ ...colour, l }) };
}

/** The colour, made darker (-1) or lighter (1) step by step until it stands out from every ground. */
function until(hex: string, direction: -1 | 1, grounds: string[], ratio: number): string {
  const colour = toLch(hex);
  let found = hex;
  while (grounds.some((ground) => contrast(found, ground) < ratio) && colour.l > 0 && colour.l < 1) {
    colour.l += 0.005 * direction;
    found = toHex(colour);
  }
  return found;
}
