import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { durationSetting } from '../kit/durations.ts';

/** The `mode:` key. */
export const modeSettings = z
  .enum(['development', 'production'])
  .default('production')
  .describe('development brings conveniences that no real issuer may have.');

const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/./, 'a URL such as postgres://name:password@host:5432/gatehouse');

/** The `database:` block. */
export const databaseSettings = z
  .strictObject({
    url: databaseUrl,
    prepared: z
      .boolean()
      .default(true)
      .describe(
        'Statements are prepared once for each connection. false: behind a pooler in transaction mode (PgBouncer).',
      ),
    direct_url: databaseUrl.optional().describe('The same database without the pooler, for migrations.'),
    replica_url: databaseUrl
      .optional()
      .describe('A streaming replica, for lists that may be some seconds old. Nothing is decided by what it says.'),
    connections: z.int().min(2).max(1000).default(20).describe('How many connections each process may open at most.'),
  })
  .describe('PostgreSQL 15 or newer. Without it the embedded one serves the processes of this machine.');

const key = z.string().transform((text, context) => {
  const bytes = Buffer.from(text, 'base64');
  // Decoding skips what is not base64; only a value that comes back as it was is whole.
  if (bytes.length === 32 && bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')) return bytes;
  const message = 'it must be 32 random bytes in base64, as `openssl rand -base64 32` prints them';
  context.issues.push({ code: 'custom', input: text, message, params: { rule: 'bad_key' } });
  return z.NEVER;
});

/** The `encryption_key:`, always as a list. */
export const encryptionKeySettings = z
  .union([key, z.array(key).min(1)])
  .transform((keys) => [keys].flat())
  .describe('Encrypts what is stored: 32 random bytes in base64. Of a list the first encrypts, and all decrypt.');

/** The `subject_salt:`. */
export const subjectSaltSettings = key.describe(
  'The salt of pairwise subjects and keyed hashes: 32 random bytes in base64. It can never change, or every subject would.',
);

/** The `outbound:` block. */
export const outboundSettings = z.strictObject({
  allow: z
    .array(z.string().refine(ipaddr.isValidCIDR, 'a network such as 10.0.0.0/8'))
    .default([])
    .describe("Private networks that hosts may lie in which only an upstream's discovery names."),
  loopback_for_strangers: z
    .boolean()
    .default(false)
    .describe('What apps that registered themselves name may be on this machine; for mode: development alone.'),
  timeout: durationSetting('10s', 'How long a call may take, to its last byte; half of it until its answer begins.'),
});

/** The `development:` block: what that mode brings, each on its own switch. */
export const developmentSettings = z.strictObject({
  simulator: z.boolean().optional().describe('Plays every provider that has no credentials.'),
  demo: z.boolean().optional().describe('The demo app at /demo.'),
  mailbox: z.boolean().optional().describe('Takes every mail instead of sending it, and shows it at /mailbox.'),
  generated_keys: z.boolean().optional().describe('Makes the keys that are missing, in the data folder.'),
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
