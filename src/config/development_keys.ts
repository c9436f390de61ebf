import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from './error_code.ts';

/** The keys in force, from the config file or generated. */
export interface SecretKeys {
  encryption_key: Buffer[];
  subject_salt: Buffer;
}

/**
 * The keys of the settings; what is absent there is generated once into `<data folder>/keys/` (readable by this account
 * only) and read from there ever after. Throws when a generated file cannot be written or is damaged.
 */
export function ensureDevelopmentKeys(settings: Partial<SecretKeys>, dataDir: string): SecretKeys {
  const folder = join(dataDir, 'keys');
  return {
    encryption_key: settings.encryption_key ?? [generatedKey(folder, 'encryption_key')],
    subject_salt: settings.subject_salt ?? generatedKey(folder, 'subject_salt'),
  };
}

function generatedKey(folder: string, name: string): Buffer {
  const path = join(folder, name);
  const present = readKey(path);
  if (present) return present;
  // The data folder itself stays open to the account that the embedded server runs as.
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `.${name}.${randomBytes(6).toString('hex')}`);
  writeDurably(draft, `${randomBytes(32).toString('base64')}\n`);
  try {
    // A link is made whole or not at all, and never over a key that another process has just put there.
    linkSync(draft, path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  const key = readKey(path);
  if (!key) throw new Error(`${path} vanished while it was made`);
  return key;
}

function readKey(path: string): Buffer | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const key = Buffer.from(text.trim(), 'base64');
  // Making a new one would silently orphan everything that was encrypted with the old one.
  if (key.length !== 32) throw new Error(`${path} is damaged: it must hold 32 bytes in base64`);
  return key;
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
