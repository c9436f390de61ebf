import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { formatMistakes, loadConfig, type LoadedConfig } from '../../src/config/index.ts';

export const KEY = Buffer.alloc(32, 7).toString('base64');

/** A folder with these files, thrown away by `remove`. */
export function folderWith(files: Record<string, string>): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-config-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, remove: () => rmSync(path, { recursive: true }) };
}

/** Loads a configuration of one or more files; the main one is `config/gatehouse.yaml`. */
export async function load(
  main: string,
  variables: NodeJS.ProcessEnv = {},
  files: Record<string, string> = {},
): Promise<LoadedConfig> {
  const folder = folderWith({ 'config/gatehouse.yaml': main, ...files });
  try {
    return await loadConfig(variables, folder.path);
  } finally {
    folder.remove();
  }
}

/** The mistakes as lines, or the empty text when there are none. */
export async function mistakesOf(
  main: string,
  variables: NodeJS.ProcessEnv = {},
  files: Record<string, string> = {},
): Promise<string> {
  const loaded = await load(main, variables, files);
  return loaded.ok ? '' : formatMistakes(loaded.mistakes);
}

/** `line:column rule` of each mistake in the main file. */
export async function placesOf(main: string, variables: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const loaded = await load(main, variables);
  return loaded.ok ? [] : loaded.mistakes.map(({ line, column, rule }) => `${line}:${column} ${rule}`);
}

/** The settings of a configuration that has to be right. */
export async function settingsOf(main: string, variables: NodeJS.ProcessEnv = {}, files: Record<string, string> = {}) {
  const loaded = await load(main, variables, files);
  if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
  return loaded;
}
