import { translator, type Tag, type TextKey, type Translate } from '../locales/index.ts';
import type { BrandSettings } from './settings.ts';
import { pugEngine } from './templates.ts';
import { themeTokens } from './theme.ts';
import { folderOf, viewFile } from './view_files.ts';

/** A mail as it is sent: two forms of the same words. */
interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

/** When something was done, where its person is at home, and on what device, as far as each is known. */
interface Happened {
  at: Date;
  timeZone?: string;
  device?: { browser?: string; os?: string; place?: string };
}

/**
 * Renders the mail `template` (such as `verify-email`) in a language. The value `link` is a path of ours: no mail leads
 * anywhere else. Rejects when a value is missing.
 */
export type RenderMail = (
  template: string,
  locale: Tag,
  values: Record<string, string>,
  happened: Happened,
) => Promise<RenderedMail>;

/** Opens the views of the mails for a brand, whose colours are computed here, once. */
export function createMailViews(deps: { issuer: string; brand: BrandSettings; development: boolean }): RenderMail {
  const { issuer, development } = deps;
  const { name, support, accent } = deps.brand;
  const engine = pugEngine({ viewsDir: folderOf('views'), development });
  const colors = themeTokens(accent);
  return async (template, locale, values, happened) => {
    const t = translator(locale);
    const view = template.replaceAll('-', '_');
    const file = viewFile(`mail/${view}`);
    // Every mail view has its subject under its own name; a test renders them all.
    const subject = t(`mail.${view}.subject` as TextKey, { brand: name, ...values });
    const said = { subject, values: withOrigin(issuer, values), happened: describeHappened(t, locale, happened) };
    const common = { t, locale, issuer, brand: { name, support }, ...said };
    const html = await engine.pug(file, { locals: { ...common, colors, form: 'html' } });
    const text = await engine.pug(file, { locals: { ...common, form: 'text' } });
    return { subject, text, html };
  };
}

function withOrigin(issuer: string, { link, ...values }: Record<string, string>): Record<string, string> {
  if (link === undefined) return values;
  if (!/^\/(?!\/)/.test(link)) throw new TypeError('the link of a mail is a path of ours');
  return { ...values, link: new URL(link, issuer).href };
}

/** The time with its zone, and the device in one line; undefined where nothing is known of it. */
function describeHappened(t: Translate, locale: Tag, { at, timeZone, device = {} }: Happened) {
  const { browser, os, place } = device;
  const named = browser !== undefined && os !== undefined ? t('account.device', { browser, os }) : (browser ?? os);
  const known = [named, place].filter((part) => part !== undefined);
  return { when: instant(locale, at, timeZone ?? 'UTC'), device: known.length > 0 ? known.join(', ') : undefined };
}

const MINUTE = { dateStyle: 'long', timeStyle: 'short' } as const;

function instant(locale: Tag, at: Date, timeZone: string): string {
  const inZone = (zone: string) =>
    `${new Intl.DateTimeFormat(locale, { ...MINUTE, timeZone: zone }).format(at)} (${zone})`;
  try {
    return inZone(timeZone);
  } catch {
    // What another system once called a zone must not keep a mail from being sent.
    return inZone('UTC');
  }
}
