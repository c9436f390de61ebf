import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, BrowserType } from 'playwright-core';
import { findProgram, isProgram } from './find_program.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** The browser of the browser tests: CHROMIUM_PATH (which must exist when set), else the system's. */
export function findChromium(): string | undefined {
  const wished = process.env['CHROMIUM_PATH'];
  if (wished) {
    if (!isProgram(wished)) throw new Error(`CHROMIUM_PATH names ${wished}, which is no program`);
    return wished;
  }
  return findProgram(NAMES, [MAC]);
}

// What a fresh Chromium would otherwise ask the network for by itself.
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-default-apps',
  '--disable-quic',
  '--no-first-run',
];

/**
 * Starts Chromium with a profile of its own, which is gone after `close`. `options` are playwright's for a persistent
 * context (viewport, locale, colorScheme ...). Throws when there is no Chromium: ask findChromium first.
 */
export async function launchBrowser(
  options: Parameters<BrowserType['launchPersistentContext']>[1] = {},
): Promise<{ context: BrowserContext; close: () => Promise<void> }> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('there is no Chromium on this machine');
  const { chromium } = await import('playwright-core');
  const profile = await mkdtemp(join(tmpdir(), 'gatehouse-chromium-'));
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const context = await chromium.launchPersistentContext(profile, {
    ...options,
    executablePath,
    headless: true,
    args: [...QUIET, ...asRoot, ...(options.args ?? [])],
  });
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
