// Goes the newcomer's way in Chromium, from the demo app through every screen, and photographs each: desktop, phone, dark, Korean.
// Ends with 1 when a page is wider than its window or axe finds something serious.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, startEmbedded } from '../../src/database/index.ts';
import { launchBrowser } from '../support/chromium.ts';
import { readLine } from '../support/command_usage.ts';
import { startGatehouse, type Gatehouse } from '../support/gatehouse.ts';
import { seriousFindings } from '../support/axe.ts';
import type { Visitor } from './moves.ts';
import { scenes } from './scenes.ts';

const looks = [
  { name: 'desktop', viewport: { width: 1280, height: 900 }, locale: 'en', colorScheme: 'light' },
  { name: 'phone', viewport: { width: 390, height: 844 }, locale: 'en', colorScheme: 'light' },
  { name: 'dark', viewport: { width: 1280, height: 900 }, locale: 'en', colorScheme: 'dark' },
  { name: 'korean', viewport: { width: 390, height: 844 }, locale: 'ko', colorScheme: 'dark' },
] as const;

const brand = {
  name: 'Acme',
  accent: '#0b5fff',
  support: 'help@acme.example',
  privacy: 'https://acme.example/privacy',
  terms: 'https://acme.example/terms',
};

const { positionals } = readLine('usage: npm run walk -- [folder for the pictures]\n', { allowPositionals: true });
const folder = positionals[0] ?? join(import.meta.dirname, '../../.walk');
const scratch = await mkdtemp(join(tmpdir(), 'gatehouse-walk-'));
const embedded = await startEmbedded({
  dataDir: join(scratch, 'postgres'),
  progress: (step) => process.stdout.write(`${step}\n`),
});
let wrong = 0;
try {
  await mkdir(folder, { recursive: true });
  for (const look of looks) wrong += await withGatehouse(look.name, (gatehouse) => walk(gatehouse, look));
  process.stdout.write(`${folder}: ${wrong === 0 ? 'nothing serious found' : `${wrong} findings`}\n`);
} finally {
  await embedded.stop();
  await rm(scratch, { recursive: true, force: true });
}
process.exitCode = wrong === 0 ? 0 : 1;

/** A server that nobody has ever visited. */
async function withGatehouse(name: string, visit: (gatehouse: Gatehouse) => Promise<number>): Promise<number> {
  const admin = openDatabase(embedded.connection, { poolSize: 1 });
  await admin.knex.raw('create database ??', [name]);
  await admin.close();
  const presets = ['google', 'facebook', 'apple', 'github', 'kakao', 'line', 'naver', 'x'];
  const settings = { brand: { ...brand }, upstreams: presets.map((preset) => ({ id: preset, preset })) };
  const databaseUrl = embedded.url.replace('/gatehouse?', `/${name}?`);
  process.stdout.write(`starting a server for ${name}\n`);
  const gatehouse = await startGatehouse({ databaseUrl, settings });
  try {
    return await visit(gatehouse);
  } finally {
    await gatehouse.stop();
  }
}

/** One newcomer with a browser of their own. */
async function walk(server: Gatehouse, { name, ...options }: (typeof looks)[number]): Promise<number> {
  const browser = await launchBrowser(options);
  const page = await browser.context.newPage();
  const visitor: Visitor = {
    page,
    server,
    address: (who) => `${who}.${name}@example.com`,
    korean: options.locale === 'ko',
  };
  let findings = 0;
  let number = 0;
  try {
    for (const scene of scenes) {
      number += 1;
      await scene.act(visitor);
      const file = `${String(number).padStart(2, '0')}-${scene.name}-${name}.png`;
      await page.screenshot({ path: join(folder, file), fullPage: true });
      findings += await inspect(visitor, file);
    }
  } finally {
    await browser.close();
  }
  return findings;
}

async function inspect({ page }: Visitor, file: string): Promise<number> {
  const sideways = await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');
  const findings = [...(sideways ? ['wider than the window'] : []), ...(await seriousFindings(page))];
  process.stdout.write(`${file}${findings.map((finding) => `\n    ${finding}`).join('')}\n`);
  return findings.length;
}
