import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { contrast, themeCss, themeTokens } from '../../src/web/theme.ts';
import type { Tokens } from '../../src/web/theme.ts';

const accent = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

/** What stands on what, and the ratio that must hold between them. */
const pairs: [keyof Tokens, (keyof Tokens)[], number][] = [
  ['on-fill', ['fill', 'fill-hover'], 4.5],
  ['link', ['surface', 'wash'], 4.5],
  ['ink', ['surface', 'wash', 'well', 'ground'], 4.5],
  ['ink-2', ['surface', 'wash', 'well'], 4.5],
  ['danger', ['surface', 'well'], 4.5],
  ['ok', ['surface'], 4.5],
  ['up-ink', ['up'], 4.5],
  ['focus', ['surface', 'ground'], 3],
  ['fill-edge', ['surface'], 3],
  ['edge', ['surface', 'well'], 3],
  ['up-edge', ['up', 'surface'], 3],
];

function failing(tokens: Tokens): string[] {
  return pairs.flatMap(([one, grounds, ratio]) =>
    grounds
      .filter((ground) => contrast(tokens[one], tokens[ground]) < ratio)
      .map((ground) => `${one} ${tokens[one]} on ${ground} ${tokens[ground]}`),
  );
}

const set = (css: string) => [...css.matchAll(/--([\w-]+):#[0-9a-f]{6}(?=[;}])/g)].map((match) => match[1]);

describe('contrast', () => {
  it('is the ratio of WCAG, whatever the order', () => {
    expect(contrast('#000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#777777', '#fff')).toBeCloseTo(4.478, 3);
    expect(contrast('#ff0000', '#ff0000')).toBe(1);
  });
});

describe('themeTokens', () => {
  it('keeps every ratio in both themes, whatever the accent', () => {
    fc.assert(
      fc.property(accent, (colour) => {
        const { light, dark } = themeTokens(colour);
        expect({ colour, light: failing(light), dark: failing(dark) }).toEqual({ colour, light: [], dark: [] });
      }),
      { numRuns: 300 },
    );
  });

  it('keeps them on the edges of the colour space too', () => {
    for (const colour of [
      '#000',
      '#fff',
      '#f00',
      '#0f0',
      '#00f',
      '#ff0',
      '#0ff',
      '#f0f',
      '#777',
      '#010000',
      '#fffffe',
    ]) {
      const { light, dark } = themeTokens(colour);
      expect([colour, ...failing(light), ...failing(dark)]).toEqual([colour]);
    }
  });

  it('leaves a good accent as it is', () => {
    const { light, dark } = themeTokens('#0b5fff');
    expect(light).toMatchObject({ fill: '#0b5fff', lintel: '#0b5fff', link: '#0b5fff', 'on-fill': '#ffffff' });
    expect(dark).toMatchObject({ fill: '#0b5fff', lintel: '#0b5fff', 'on-fill': '#ffffff' });
    expect(contrast(dark.link, '#4b88ff')).toBeLessThan(1.03);
  });

  it('puts black on a yellow button, gives it an edge and darkens the links', () => {
    const { light, dark } = themeTokens('#ffd400');
    expect(light).toMatchObject({ fill: '#ffd400', lintel: '#ffd400', 'on-fill': '#000000' });
    expect(contrast(light['fill-edge'], '#b09100')).toBeLessThan(1.05);
    expect(contrast(light.link, '#846d00')).toBeLessThan(1.05);
    expect(dark).toMatchObject({ fill: '#ffd400', link: '#ffd400', 'fill-edge': '#ffd400' });
  });

  it('lights the dark theme of a near-black accent with its light twin', () => {
    const { light, dark } = themeTokens('#111827');
    expect(light).toMatchObject({ fill: '#111827', 'on-fill': '#ffffff', link: '#111827' });
    expect(dark['on-fill']).toBe('#000000');
    expect(dark.lintel).toBe(dark.fill);
    expect(contrast(dark.fill, '#b0bbd0')).toBeLessThan(1.06);
  });

  it('falls back to an edge where the accent would vanish on white', () => {
    const { light } = themeTokens('#f4f4f5');
    expect(light.lintel).toBe(light['fill-edge']);
    expect(contrast(light.lintel, '#949495')).toBeLessThan(1.05);
    expect(contrast(light.link, '#6f6f70')).toBeLessThan(1.05);
  });
});

describe('themeCss', () => {
  it('sets the same properties for both themes, each to a plain colour', () => {
    const [day = '', night = ''] = themeCss('#0B5').split('@media');
    expect(set(day)).toHaveLength(20);
    expect(set(night)).toEqual(set(day));
  });

  it('refuses what is not a colour, so that nothing else gets into the stylesheet', () => {
    for (const text of ['red', '#12345', '#ggg', '#fff}body{display:none', '', '#ffffffff', ' #fff', '#fff\n']) {
      expect(() => themeCss(text)).toThrow(/#rrggbb/);
    }
  });
});
