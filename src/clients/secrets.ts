import { z } from 'zod';
import { epochSeconds } from '../kit/clock.ts';
import { equalInConstantTime, secretToken, sha256 } from '../kit/random.ts';

const DAY = 86_400;

/** One of several secrets of a client: itself, or its hash where the file must not hold it. */
export const secretSettings = z
  .strictObject({
    value: z.string().min(1).max(500).optional().describe('The secret itself.'),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'a SHA-256 in 64 hexadecimal digits, as `./gatehouse clients secret` prints it')
      .optional()
      .describe('Its SHA-256 in hexadecimal, instead of the secret.'),
    expires_at: z
      .union([z.iso.date(), z.iso.datetime({ offset: true })])
      .optional()
      .describe('Its last day, or a moment such as 2027-06-30T12:00:00Z: it proves nothing from then on.'),
  })
  .refine(({ value, sha256: digest }) => (value === undefined) !== (digest === undefined), {
    error: 'a secret is either its value or its sha256',
    params: { rule: 'secret_form' },
  });

/** A secret as the config has it. */
type SecretSettings = z.output<typeof secretSettings>;

/** What the settings of a client say of its secrets. */
interface HasSecrets {
  client_secret?: string | undefined;
  client_secrets?: readonly SecretSettings[] | undefined;
}

/** A secret as the engine keeps it: SHA-256 in base64url, and the second from which it proves nothing. */
export interface KeptSecret {
  hash: string;
  expires_at?: number;
}

/** All secrets of a client, hashed: the one of `client_secret` and those of `client_secrets`. */
export function keptSecrets({ client_secret: single, client_secrets: several = [] }: HasSecrets): KeptSecret[] {
  const listed = several.map((secret) => ({ hash: hashOf(secret), expires_at: endOf(secret) }));
  return single === undefined ? listed : [{ hash: sha256(single) }, ...listed];
}

/** Whether one of these secrets was given and has not expired. Takes the same time whichever it was, and whether it was one. */
export function isOneOf(secrets: readonly KeptSecret[], given: string): boolean {
  const hash = sha256(given);
  return secrets
    .map((secret) => equalInConstantTime(hash, secret.hash) && !isOver(secret.expires_at))
    .some((matches) => matches);
}

/** Stands where only hashes are known: what would use the secret as a key finds one that nobody has. */
const nobodys = secretToken();

/**
 * What is used as a key of a client now (HS256, client_secret_jwt, symmetric encryption): the first secret that is there in
 * plain and has not expired.
 */
export function keyOf(settings: HasSecrets): string {
  return plainSecret(settings) ?? nobodys;
}

/** The first secret that the config has in plain and that has not expired: with it somebody else can be the client. */
export function plainSecret({ client_secret: single, client_secrets: several = [] }: HasSecrets): string | undefined {
  return single ?? several.find((secret) => secret.value !== undefined && !isOver(endOf(secret)))?.value;
}

/** Whether the config has a secret of this client in plain. */
export function hasPlainSecret({ client_secret: single, client_secrets: several = [] }: HasSecrets): boolean {
  return single !== undefined || several.some(({ value }) => value !== undefined);
}

/** The second from which a secret proves nothing. A day counts to its end, in UTC. */
export function endOf({ expires_at: text }: Pick<SecretSettings, 'expires_at'>): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Math.floor(Date.parse(text) / 1000);
  return text.includes('T') ? seconds : seconds + DAY;
}

function isOver(end: number | undefined): boolean {
  return end !== undefined && epochSeconds() >= end;
}

function hashOf({ value, sha256: digest = '' }: SecretSettings): string {
  return value === undefined ? Buffer.from(digest, 'hex').toString('base64url') : sha256(value);
}

/** A new secret of 256 bits, and its hash as `client_secrets` takes it. */
export function newSecret(): { secret: string; sha256: string } {
  const secret = secretToken();
  return { secret, sha256: Buffer.from(sha256(secret), 'base64url').toString('hex') };
}
