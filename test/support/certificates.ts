import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/** A certificate with its key, both as PEM: what a TLS server of Node takes. */
export interface Certificate {
  cert: string;
  key: string;
}

/** The same with all that another one needs that it signs. Made in memory: no key is ever checked in. */
export interface Certified extends Certificate {
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
  /** Beyond it, it counts for nothing; for the tests of this century's first half when absent. */
  from?: Date;
  until?: Date;
}

const KINDS = { C: [0x55, 4, 6], O: [0x55, 4, 10], OU: [0x55, 4, 11], CN: [0x55, 4, 3] };
const ALTERNATIVES: Record<string, number> = { email: 0x81, DNS: 0x82, URI: 0x86, 'IP Address': 0x87 };
const ECDSA_SHA256 = sequence(tagged(0x06, Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2])));
const DAY = 86_400_000;

/** A certificate for hosts and addresses of this machine, signed by itself: whoever trusts it trusts nothing else. For a day. */
export function certifyHosts(
  hosts: readonly string[],
  wish: Pick<Wish, 'from' | 'until' | 'authority'> = {},
): Certified {
  const [from, until] = [new Date(Date.now() - DAY / 24), new Date(Date.now() + DAY)];
  // Two certificates of one name would be taken for each other.
  const subject: Wish['subject'] = [['CN', `Gatehouse ${randomBytes(4).toString('hex')}`]];
  const names = hosts.map((host) => `${isIP(host) === 4 ? 'IP Address' : 'DNS'}:${host}`);
  return certify({ from, until, ...wish, subject, names });
}

/** Lets this process trust an authority more. The answer takes that back: other tests of the process trust what they trusted. */
export function trustAuthority(cert: string): () => void {
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, cert]);
  return () => setDefaultCACertificates(trusted);
}

/** Makes a certificate over a new P-256 key (RFC 5280 4.1). */
export function certify(wish: Wish = {}): Certified {
  const { subject = [['CN', 'a client']], names = [], by, authority = false, from, until } = wish;
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
    sequence(time(from ?? new Date('2020-01-01')), time(until ?? new Date('2049-12-31'))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions(names, authority))),
  );
  const signature = sign('sha256', toBeSigned, by?.privateKey ?? privateKey);
  const raw = sequence(toBeSigned, ECDSA_SHA256, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = raw.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
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

/** `YYMMDDhhmmssZ`; good until 2049. */
function time(date: Date): Buffer {
  return tagged(0x17, Buffer.from(`${date.toISOString().replaceAll(/\D/g, '').slice(2, 14)}Z`));
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
