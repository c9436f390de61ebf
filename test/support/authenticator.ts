import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** What an authenticator, or the browser around it, may say that is not so. */
export interface Lies {
  challenge?: string;
  origin?: string;
  type?: string;
  crossOrigin?: boolean;
  topOrigin?: string;
  rpId?: string;
  present?: boolean;
  verified?: boolean;
  backupEligible?: boolean;
  backedUp?: boolean;
  /** The count that it signs; else one more than the last. */
  count?: number;
  userHandle?: string | null;
  credentialId?: string;
  /** What it says of itself and its maker. */
  attest?: (authData: Uint8Array, clientDataHash: Uint8Array) => Map<string, unknown>;
}

interface Key {
  id: string;
  privateKey: KeyObject;
  rpId: string;
  userHandle: string;
  count: number;
}

interface CreationOptions {
  challenge: string;
  rp: { id?: string };
  user: { id: string };
}

interface RequestOptions {
  challenge: string;
  rpId?: string;
  allowCredentials?: { id: string }[];
}

/** An authenticator in software, with the browser around it: ES256, discoverable, attestation none, verifies its person. */
export interface Authenticator {
  /** What `navigator.credentials.create(...).toJSON()` gives, as text. */
  make(options: CreationOptions, lies?: Lies): string;
  /** What `navigator.credentials.get(...).toJSON()` gives, with the newest key that fits. */
  sign(options: RequestOptions, lies?: Lies): string;
  keys: readonly Key[];
}

/** `counts`: it has a counter; a synced one always says 0. */
export function createAuthenticator({
  origin,
  synced = false,
  counts = !synced,
}: {
  origin: string;
  synced?: boolean;
  counts?: boolean;
}): Authenticator {
  const keys: Key[] = [];
  const next = (key: Key) => (counts ? (key.count += 1) : 0);
  const flags = (lies: Lies, more = 0) =>
    (lies.present === false ? 0 : 0x01) |
    (lies.verified === false ? 0 : 0x04) |
    ((lies.backupEligible ?? synced) ? 0x08 : 0) |
    ((lies.backedUp ?? synced) ? 0x10 : 0) |
    more;
  const collected = (type: string, challenge: string, lies: Lies) =>
    Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? origin,
        crossOrigin: lies.crossOrigin ?? false,
        ...(lies.topOrigin && { topOrigin: lies.topOrigin }),
      }),
    );
  return {
    keys,
    make(options, lies = {}) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
      const id = lies.credentialId ?? randomBytes(16).toString('base64url');
      const rpId = lies.rpId ?? options.rp.id ?? '';
      const key: Key = { id, privateKey, rpId, userHandle: options.user.id, count: 0 };
      keys.push(key);
      const cose = new Map<number, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]);
      const idBytes = Buffer.from(id, 'base64url');
      const authData = Buffer.concat([
        head(rpId, flags(lies, 0x40), lies.count ?? next(key)),
        Buffer.alloc(16),
        uint16(idBytes.length),
        idBytes,
        cbor(cose),
      ]);
      const attestation = new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]);
      const clientData = collected('webauthn.create', options.challenge, lies);
      const attested = lies.attest?.(authData, createHash('sha256').update(clientData).digest());
      return json(id, {
        clientDataJSON: clientData.toString('base64url'),
        attestationObject: cbor(attested ?? attestation).toString('base64url'),
        transports: ['internal'],
      });
    },
    sign(options, lies = {}) {
      const allowed = options.allowCredentials ?? [];
      const fits = (key: Key) => allowed.length === 0 || allowed.some(({ id }) => id === key.id);
      const key = keys.findLast((one) => fits(one));
      if (!key) throw new Error('this authenticator has no such passkey');
      const authData = head(lies.rpId ?? options.rpId ?? '', flags(lies), lies.count ?? next(key));
      const clientData = collected('webauthn.get', options.challenge, lies);
      const hash = createHash('sha256').update(clientData).digest();
      return json(lies.credentialId ?? key.id, {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: sign('sha256', Buffer.concat([authData, hash]), key.privateKey).toString('base64url'),
        userHandle: lies.userHandle === undefined ? key.userHandle : lies.userHandle,
      });
    },
  };
}

function json(id: string, response: object): string {
  return JSON.stringify({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response });
}

function head(rpId: string, flags: number, count: number): Buffer {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(count);
  return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), counter]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

/** As much CBOR (RFC 8949) as an authenticator needs: integers, byte strings, text, lists and maps. */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? start(1, -1 - value) : start(0, value);
  if (typeof value === 'string') return Buffer.concat([start(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([start(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([start(4, value.length), ...value.map(cbor)]);
  if (value instanceof Map) {
    return Buffer.concat([start(5, value.size), ...[...value].flatMap(([key, one]) => [cbor(key), cbor(one)])]);
  }
  throw new TypeError('no authenticator says this');
}

function start(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.concat([Buffer.from([(major << 5) | 25]), uint16(length)]);
}
