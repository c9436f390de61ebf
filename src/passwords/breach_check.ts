import { createHash } from 'node:crypto';
import type { RecordEvent } from '../events/index.ts';
import { now } from '../kit/clock.ts';
import { OutboundError } from '../outbound/index.ts';
import { normalisePassword } from './password_rules.ts';
import type { PasswordSettings } from './password_settings.ts';

interface BreachCheckDeps {
  settings: PasswordSettings['breach_check'];
  fetch: typeof fetch;
  record: RecordEvent;
}

/** Characters of the hash that leave the house; hundreds of known passwords share them. */
const PREFIX = 5;
/** One line of the answer. Padding has the count 0. */
const LINE = /^([0-9A-F]{35}):(\d+)$/i;
const MILLISECONDS_BETWEEN_EVENTS = 10 * 60_000;

/**
 * Whether a password is known from breaches, by the range API of Have I Been Pwned (ASVS 5.0 6.2.12). Only the first five
 * characters of its SHA-1 are sent, and the answer is padded, so that neither the service nor whoever watches the line learns
 * the password. No without a word to anybody when the check is off; no and an event, once in ten minutes, when the service is
 * down, slow or talks nonsense: it must never keep a person out.
 */
export function breachCheck({ settings, fetch, record }: BreachCheckDeps): (password: string) => Promise<boolean> {
  if (!settings) return () => Promise.resolve(false);
  const { url, timeout } = settings;
  let quietUntil = 0;

  async function knownSuffixes(prefix: string, signal: AbortSignal): Promise<Set<string>> {
    const answer = await fetch(`${url}${prefix}`, { headers: { 'Add-Padding': 'true' }, signal });
    if (!answer.ok) throw new Error('not_a_list');
    return suffixesOf(await answer.text());
  }
  return async (password) => {
    const hash = createHash('sha1').update(normalisePassword(password)).digest('hex').toUpperCase();
    const patience = AbortSignal.timeout(timeout * 1000);
    try {
      return (await knownSuffixes(hash.slice(0, PREFIX), patience)).has(hash.slice(PREFIX));
    } catch (error) {
      const at = now().getTime();
      if (at < quietUntil) return false;
      const reason = error instanceof OutboundError ? error.reason : patience.aborted ? 'timeout' : 'not_a_list';
      quietUntil = at + MILLISECONDS_BETWEEN_EVENTS;
      await record({ type: 'passwords.breach_check_failed', outcome: 'failed', reason });
      return false;
    }
  };
}

/** Throws when the text is no list of suffixes: a login page of some proxy must not pass for "never seen". */
function suffixesOf(text: string): Set<string> {
  const found = new Set<string>();
  for (const line of text.trim().split(/\r?\n/)) {
    const [, suffix, count] = LINE.exec(line) ?? [];
    if (suffix === undefined) throw new Error('not_a_list');
    if (Number(count) > 0) found.add(suffix.toUpperCase());
  }
  return found;
}
