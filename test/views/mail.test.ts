import { describe, expect, it } from '@jest/globals';
import { locales } from '../../src/locales/index.ts';
import { mailNames, renderMail } from './render.ts';

const values = {
  code: '48291377',
  link: 'https://id.acme.example/x?a=1&b=2',
  upstream: 'A & B',
  address: 'm•••@x.example',
  upstreams: 'A or B & C',
  expires_minutes: '10',
  link_minutes: '30',
  expires_seconds: '604800',
  last: 'yes',
  left: '7',
  off: 'yes',
  reset: 'yes',
  name: 'A & B',
  until: '5 December 2026 at 14:32 (UTC)',
};
const every = mailNames.flatMap((name) => locales.map(({ tag }) => [name, tag] as const));

describe.each(every)('the mail %s in %s', (name, locale) => {
  const html = renderMail(name, 'html', locale, values);
  const text = renderMail(name, 'text', locale, values);

  it('is whole in both forms, and plain text is not escaped', () => {
    for (const form of [html, text]) expect(form).not.toMatch(/undefined|NaN|\[object/);
    expect(text).not.toMatch(/&\w+;|<\w/);
    expect(html).toContain(`<html lang="${locale}">`);
  });

  it('loads nothing and leads nowhere but to the issuer', () => {
    expect(html).not.toMatch(/<(img|link|script|iframe)|url\(|@import/);
    for (const [, href] of html.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^https:\/\/id\.acme\.example\//);
  });

  it('is complete without what is optional', () => {
    if (name === 'invitation') return; // its link is all there is
    const { link: _link, ...others } = values;
    expect(renderMail(name, 'text', locale, others)).not.toContain('https://id.acme.example/x');
  });
});

describe('the mails with a code', () => {
  it('show it in two groups, with its end and a warning', () => {
    for (const name of ['verify_email', 'link_code'] as const) {
      const text = renderMail(name, 'text', 'en', values);
      expect(text).toContain('    4829 1377\n');
      expect(text).toContain('10 minutes');
      expect(text).toContain('Never give the code to anybody');
    }
  });

  it('show a link as a button and as a URL to copy', () => {
    const html = renderMail('verify_email', 'html', 'en', values);
    expect(html.match(/href="https:\/\/id\.acme\.example\/x\?a=1&amp;b=2"/g)).toHaveLength(2);
  });
});
