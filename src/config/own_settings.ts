import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** `mode: development` brings conveniences that no real issuer may have. */
export const modeSettings = z.enum(['development', 'production']).default('production');

/** The database of several processes; absent means the embedded server of one. */
export const databaseSettings = z.strictObject({
  url: z.string().regex(/^postgres(ql)?:\/\/./, 'a URL such as postgres://name:password@host:5432/gatehouse'),
});

const key = z.string().transform((text, context) => {
  const bytes = Buffer.from(text, 'base64');
  // Decoding skips what is not base64; only a value that comes back as it was is whole.
  if (bytes.length === 32 && bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')) return bytes;
  const message = 'it must be 32 random bytes in base64, as `openssl rand -base64 32` prints them';
  context.issues.push({ code: 'custom', input: text, message, params: { rule: 'bad_key' } });
  return z.NEVER;
});

/** Keys that encrypt what is stored: the first encrypts, all decrypt. */
export const encryptionKeySettings = z.union([key, z.array(key).min(1)]).transform((keys) => [keys].flat());

/** The salt of pairwise subjects and keyed hashes. It can never change: every subject would. */
export const subjectSaltSettings = key;

/** Private networks that hosts named by an upstream's discovery may lie in. */
export const outboundSettings = z.strictObject({
  allow: z.array(z.string().refine(ipaddr.isValidCIDR, 'a network such as 10.0.0.0/8')).default([]),
});

/** What development mode brings, each on its own switch. */
export const developmentSettings = z.strictObject({
  simulator: z.boolean().optional(),
  demo: z.boolean().optional(),
  mailbox: z.boolean().optional(),
  generated_keys: z.boolean().optional(),
});

/** The conveniences in force: those of development mode that are not switched off, and none in production. */
export interface Development {
  simulator: boolean;
  demo: boolean;
  mailbox: boolean;
  generated_keys: boolean;
}

/** Fills in what the file leaves open. */
export function developmentOf(mode: 'development' | 'production', settings: Partial<Development>): Development {
  const on = mode === 'development';
  return {
    simulator: settings.simulator ?? on,
    demo: settings.demo ?? on,
    mailbox: settings.mailbox ?? on,
    generated_keys: settings.generated_keys ?? on,
  };
}
