import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { translator, type Tag, type TextKey } from '../locales/index.ts';
import type { BrandSettings } from './settings.ts';
import { pugEngine } from './templates.ts';
import { themeTokens } from './theme.ts';

/** A mail as it is sent: two forms of the same words. */
export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

/** Views that are no page of ours: mails, and the pages of the simulated upstreams. */
export interface LooseViews {
  /** Renders the mail `template` (such as `verify-email`). Throws when a value is missing. */
  mail(template: string, locale: Tag, values: Record<string, string>): Promise<RenderedMail>;
  /** Renders a view to HTML with nothing but these locals and the texts of the fallback language. */
  bare(view: string, locals: Record<string, unknown>): Promise<string>;
}

/** Opens the views for a brand. */
export function createLooseViews(deps: { issuer: string; brand: BrandSettings; development: boolean }): LooseViews {
  const viewsDir = fileURLToPath(new URL('../../views', import.meta.url));
  const engine = pugEngine({ viewsDir, development: deps.development });
  const render = (view: string, locals: object) => engine.pug(join(viewsDir, `${view}.pug`), { locals });
  const { name, support } = deps.brand;
  return {
    async mail(template, locale, values) {
      const t = translator(locale);
      const view = template.replaceAll('-', '_');
      // Every mail view has its subject under its own name; a test renders them all.
      const subject = t(`mail.${view}.subject` as TextKey, { brand: name, ...values });
      const common = { t, locale, subject, values, issuer: deps.issuer, brand: { name, support } };
      const colors = themeTokens(deps.brand.accent);
      const html = await render(`mail/${view}`, { ...common, colors, form: 'html' });
      const text = await render(`mail/${view}`, { ...common, form: 'text' });
      return { subject, text, html };
    },
    bare: (view, locals) =>
      render(view, { t: translator('en'), locale: 'en', screen: view.replace('/', '-'), page: locals }),
  };
}
