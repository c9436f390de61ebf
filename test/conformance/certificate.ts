import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its key, in PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/** ecdsa-with-SHA256, commonName, basicConstraints, subjectAltName (RFC 5758, X.520, RFC 5280 4.2). */
const OID = {
  signature: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  name: [0x55, 0x04, 0x03],
  constraints: [0x55, 0x1d, 0x13],
  alternatives: [0x55, 0x1d, 0x11],
} as const;

/** A new certificate for hosts of this machine, signed by itself: whoever trusts it trusts nothing else. For a day (RFC 5280). */
export function makeCertificate(hosts: readonly string[]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid(OID.signature));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  // Two certificates of one name would be taken for each other.
  const name = sequence(
    der(
      0x31,
      sequence(
        oid(OID.name),
        der(0x0c, Buffer.from(`Gatehouse ${createHash('sha256').update(spki).digest('hex').slice(0, 8)}`)),
      ),
    ),
  );
  const extensions = sequence(
    sequence(oid(OID.constraints), der(0x01, Buffer.from([0xff])), der(0x04, sequence(der(0x01, Buffer.from([0xff]))))),
    sequence(oid(OID.alternatives), der(0x04, sequence(...hosts.map(alternativeName)))),
  );
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    sequence(time(-3600), time(86_400)),
    name,
    spki,
    der(0xa3, extensions),
  );
  const signature = sign('sha256', body, privateKey);
  const whole = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return { cert: pem(whole), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function alternativeName(host: string): Buffer {
  return isIP(host) === 4 ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host));
}

/** UTCTime, so many seconds from now. */
function time(seconds: number): Buffer {
  const digits = new Date(Date.now() + seconds * 1000).toISOString().replaceAll(/[-:T]|\..*$/g, '');
  return der(0x17, Buffer.from(`${digits.slice(2)}Z`));
}

function oid(bytes: readonly number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
