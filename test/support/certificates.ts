import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** A certificate with its key, both as PEM. */
export interface Certified {
  certificate: string;
  key: string;
  /** The same certificate as DER. */
  raw: Buffer;
  subject: Buffer;
  privateKey: KeyObject;
}

/** What a certificate says. Alternative names are written as Node tells them: `DNS:app.example`. */
interface Wish {
  /** In the order of the certificate. */
  subject?: [kind: 'C' | 'O' | 'OU' | 'CN', value: string][];
  names?: string[];
  /** Signed by this authority; by itself when absent. */
  by?: Certified;
  authority?: boolean;
}

const KINDS = { C: [0x55, 4, 6], O: [0x55, 4, 10], OU: [0x55, 4, 11], CN: [0x55, 4, 3] };
const ALTERNATIVES: Record<string, number> = { email: 0x81, DNS: 0x82, URI: 0x86, 'IP Address': 0x87 };
const ECDSA_SHA256 = sequence(tagged(0x06, Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2])));

/** Makes a certificate over a new P-256 key, valid for the tests of this century's first half (RFC 5280 4.1). */
export function certify({ subject = [['CN', 'a client']], names = [], by, authority = false }: Wish = {}): Certified {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(
    ...subject.map(([kind, value]) =>
      tagged(0x31, sequence(tagged(0x06, Buffer.from(KINDS[kind])), tagged(0x0c, Buffer.from(value)))),
    ),
  );
  const toBeSigned = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    by?.subject ?? name,
    sequence(tagged(0x17, Buffer.from('200101000000Z')), tagged(0x17, Buffer.from('491231235959Z'))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions(names, authority))),
  );
  const signature = sign('sha256', toBeSigned, by?.privateKey ?? privateKey);
  const raw = sequence(toBeSigned, ECDSA_SHA256, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = raw.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    certificate: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    raw,
    subject: name,
    privateKey,
  };
}

function extensions(names: string[], authority: boolean): Buffer[] {
  const basic = sequence(...(authority ? [tagged(0x01, Buffer.from([0xff]))] : []));
  const all = [sequence(tagged(0x06, Buffer.from([0x55, 0x1d, 19])), tagged(0x04, basic))];
  if (names.length === 0) return all;
  const alternatives = sequence(
    ...names.map((name) => {
      const [kind = '', value = ''] = name.split(/:(.*)/s);
      const bytes = kind === 'IP Address' ? Buffer.from(value.split('.').map(Number)) : Buffer.from(value);
      return tagged(ALTERNATIVES[kind] ?? 0, bytes);
    }),
  );
  return [...all, sequence(tagged(0x06, Buffer.from([0x55, 0x1d, 17])), tagged(0x04, alternatives))];
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
