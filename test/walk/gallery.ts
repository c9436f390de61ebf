// Renders every view in every state with the real stylesheet, photographs it in Chromium and runs axe-core on it.
//   node test/walk/gallery.ts [folder] [part of a name ...]
// Prints what is wrong (axe findings that are serious or critical, sideways scrolling, errors of the page) and exits 1 then.
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { locales } from '../../src/locales/index.ts';
import type { Tag } from '../../src/locales/index.ts';
import { themeCss } from '../../src/web/theme.ts';
import { brand, mailNames, renderMail, renderState } from '../views/render.ts';
import { states } from '../views/states.ts';

const root = join(import.meta.dirname, '../..');
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Stands for the tab's icon and the logos of apps. */
const someIcon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><path fill="#0f5c57" d="M0 0h48v48H0z"/><path fill="none" stroke="#fff" stroke-width="4" d="M15 34V14l18 20V14"/></svg>';

interface Look {
  name: string;
  width: number;
  dark: boolean;
  locale: Tag;
  accent: string;
}

const accent = '#0b5fff';
const looks: Look[] = [
  { name: 'desktop', width: 1440, dark: false, locale: 'en', accent },
  { name: 'phone', width: 390, dark: false, locale: 'en', accent },
  { name: 'dark', width: 1440, dark: true, locale: 'en', accent },
  { name: 'ko', width: 390, dark: true, locale: 'ko', accent },
  { name: 'ko-narrow', width: 320, dark: false, locale: 'ko', accent },
  { name: 'narrow', width: 320, dark: true, locale: 'en', accent },
  { name: 'tablet', width: 768, dark: false, locale: 'ko', accent },
  { name: 'yellow', width: 800, dark: false, locale: 'en', accent: '#ffd400' },
  { name: 'black', width: 800, dark: true, locale: 'en', accent: '#111827' },
];

interface Exhibit {
  name: string;
  html: (locale: Tag) => string;
}

const mailValues = {
  code: '48291377',
  link: 'https://id.acme.example/verify-email?token=q7Jm2xV9',
  upstream: 'Google',
  address: 'm•••@gmail.com',
  upstreams: 'Google',
  expires_minutes: '10',
  link_minutes: '10080',
  until: '5 December 2026 at 14:32 (UTC)',
  left: '7',
  expires_seconds: '604800',
  name: 'Wiki',
};

const exhibits: Exhibit[] = [
  ...states.map((state) => ({
    name: `${state.view}-${state.name}`.replaceAll(/[^a-z0-9]+/gi, '-'),
    html: (locale: Tag) => renderState(state, locale),
  })),
  ...mailNames.map((name) => ({
    name: `mail-${name}`.replaceAll('_', '-'),
    html: (locale: Tag) => renderMail(name, 'html', locale, mailValues),
  })),
];

async function main([folder, ...parts]: string[]): Promise<void> {
  const target = folder ?? (await mkdtemp(join(tmpdir(), 'gatehouse-gallery-')));
  const chosen = exhibits.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-background-networking'],
  });
  const wrong: string[] = [];
  try {
    for (const look of looks) {
      await mkdir(join(target, look.name), { recursive: true });
      for (const found of await show(browser, look, chosen, join(target, look.name)))
        wrong.push(`${look.name}/${found}`);
    }
  } finally {
    await browser.close();
  }
  for (const line of wrong) console.log(line);
  console.log(`${chosen.length} views in ${looks.length} looks and ${locales.length} languages: ${target}`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

/** Photographs the exhibits in one look; what is wrong with them comes back as lines. */
async function show(browser: Browser, look: Look, chosen: Exhibit[], folder: string): Promise<string[]> {
  const page = await browser.newPage({
    viewport: { width: look.width, height: look.width > 600 ? 900 : 844 },
    colorScheme: look.dark ? 'dark' : 'light',
    locale: look.locale,
  });
  const wrong: string[] = [];
  let current = '';
  page.on('pageerror', (error) => wrong.push(`${current}: ${error.message}`));
  page.on('requestfailed', (request) => wrong.push(`${current}: ${request.url()} failed`));
  await serve(page, look, (name) => chosen.find((exhibit) => exhibit.name === name)?.html(look.locale));
  for (const { name } of chosen) {
    current = name;
    await page.goto(`http://gallery.localhost/${name}`);
    wrong.push(...(await inspect(page)).map((line) => `${name}: ${line}`));
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }
  await page.close();
  return wrong;
}

async function serve(page: Page, look: Look, htmlOf: (name: string) => string | undefined): Promise<void> {
  const css = themeCss(look.accent) + (await readFile(join(root, 'assets/look.css'), 'utf8'));
  await page.route('**/*', async (route) => {
    const path = new URL(route.request().url()).pathname;
    const html = htmlOf(path.slice(1));
    if (html !== undefined) return route.fulfill({ contentType: 'text/html; charset=utf-8', body: html });
    if (path === '/assets/look.css') return route.fulfill({ contentType: 'text/css', body: css });
    if (path === '/assets/page.js') return route.fulfill({ path: join(root, 'assets/page.js') });
    if (path === brand.logo) return route.fulfill({ path: join(root, 'assets/brand/logo.svg') });
    if (path === brand.logo_dark) return route.fulfill({ path: join(root, 'assets/brand/logo-dark.svg') });
    return route.fulfill({ contentType: 'image/svg+xml', body: someIcon });
  });
}

async function inspect(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: axePath });
  return page.evaluate(async () => {
    const { axe, document } = globalThis as unknown as InThePage; // the types of Node know no document
    const lines: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) lines.push(`scrolls sideways: ${scrollWidth} px in ${clientWidth}`);
    const { violations } = await axe.run();
    for (const { id, impact, nodes } of violations) {
      if (impact === 'serious' || impact === 'critical') lines.push(`${impact} ${id}: ${nodes[0]?.html.slice(0, 200)}`);
    }
    return lines;
  });
}

interface InThePage {
  document: { documentElement: { scrollWidth: number; clientWidth: number } };
  axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
}

await main(process.argv.slice(2));
