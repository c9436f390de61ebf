import { describe, expect, it } from '@jest/globals';
import { brandSettings, createMailViews } from '../../src/web/index.ts';

const brand = brandSettings.parse({ name: 'Acme' });
const render = createMailViews({ issuer: 'https://id.acme.example', brand, development: false });
const at = new Date('2026-11-21T14:32:08Z');
const text = async (locale: 'en' | 'ko', happened: Partial<Parameters<typeof render>[3]>) =>
  (await render('new-device', locale, { link: '/account/activity' }, { at, ...happened })).text;

describe('a mail', () => {
  it.each([
    ['in the zone of its person', { timeZone: 'Asia/Seoul' }, 'When: November 21, 2026 at 11:32'],
    ['in UTC where no zone is known', {}, 'When: November 21, 2026 at 2:32'],
    ['in UTC where the zone is none', { timeZone: 'Mars/Olympus' }, 'When: November 21, 2026 at 2:32'],
  ])('says when it was caused, %s', async (_where, happened, expected) => {
    expect(await text('en', happened)).toContain(expected);
  });

  it('says so in its language, and names the zone', async () => {
    const said = await text('ko', { timeZone: 'Asia/Seoul' });
    expect(said).toMatch(/시각: 2026년 11월 21일.*11:32 \(Asia\/Seoul\)/);
  });

  it('says on what device, as far as that is known', async () => {
    expect(await text('en', { device: { browser: 'Firefox', os: 'Linux' } })).toContain('Device: Firefox on Linux\n');
    expect(await text('en', { device: { os: 'iOS', place: 'Seoul' } })).toContain('Device: iOS, Seoul\n');
    expect(await text('en', { device: {} })).not.toContain('Device');
  });

  it('leads nowhere but to the issuer (E1)', async () => {
    const evil = render('new-device', 'en', { link: '//evil.example/x' }, { at });
    await expect(evil).rejects.toThrow('a path of ours');
  });
});
