import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { IdpError } from '../kit/errors.ts';
import type { Sealer } from './door.ts';

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A sealer that tells its keys apart. */
export interface KeyedSealer extends Sealer {
  /** How every value begins that the first key has sealed. */
  newest: string;
  /** Whether the key that sealed a value is configured. */
  knows(sealed: string): boolean;
}

/** A sealer over the configured keys: the first encrypts, all decrypt. */
export function createSealer(encryptionKeys: readonly Buffer[]): KeyedSealer {
  // As objects: with bytes, Node would make one of them for every value, which costs five times the encryption.
  const keys = new Map(encryptionKeys.map((key) => [keyId(key), createSecretKey(deriveKey(key, 'seal'))]));
  const [first] = keys;
  if (!first) throw new TypeError('an encryption key is needed');
  const [firstId, firstKey] = first;

  return {
    newest: `${VERSION}.${firstId}.`,
    knows: (sealed) => keys.has(sealed.split('.')[1] ?? ''),
    seal(plain, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', firstKey, nonce).setAAD(Buffer.from(context));
      const text = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${VERSION}.${firstId}.${text.toString('base64url')}`;
    },
    open(sealed, context) {
      const [version, id, text] = sealed.split('.');
      const key = keys.get(id ?? '');
      if (version !== VERSION || !key || text === undefined) {
        throw new IdpError('internal', {
          cause: new Error(`sealed with a key that is not configured: ${id ?? 'none'}`),
        });
      }
      try {
        return decrypt(key, Buffer.from(text, 'base64url'), context);
      } catch (cause) {
        throw new IdpError('internal', { cause });
      }
    },
  };
}

/** A key for one purpose, so that no two uses share one (HKDF-SHA-256, RFC 5869). */
export function deriveKey(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `gatehouse ${purpose}`, 32));
}

function decrypt(key: KeyObject, bytes: Buffer, context: string): string {
  const end = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(end));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]).toString('utf8');
}

/** Names a key without telling anything about it. */
function keyId(key: Buffer): string {
  return createHash('sha256').update(deriveKey(key, 'key id')).digest('base64url').slice(0, 8);
}
