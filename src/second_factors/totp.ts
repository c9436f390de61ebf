import { Secret, TOTP } from 'otpauth';
import { encode } from 'uqr';
import { now } from '../kit/clock.ts';
import { equalInConstantTime } from '../kit/random.ts';
import type { QrCode } from './door.ts';

/** What every authenticator app takes, and some take nothing else (RFC 6238 with the defaults of its reference code). */
const SHAPE = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** 160 bits, as long as the hash (RFC 4226 4). */
const SECRET_BYTES = 20;
/** Steps by which a clock may be off, to either side (RFC 6238 5.2). */
const DRIFT = [-1, 0, 1];
/** A white margin around a QR code, without which cameras miss it in the dark theme (ISO/IEC 18004: four modules). */
const QUIET_ZONE = 4;

/** A new secret in base32. */
export function newSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** What an app needs to take the secret: who speaks, and for whom. */
export function totpUri(secret: string, { issuer, label }: { issuer: string; label: string }): string {
  return new TOTP({ ...SHAPE, issuer, label, secret }).toString();
}

/** The URI as a picture. Rows of dark modules are drawn as one stroke each, so that it weighs little. */
export function qrOf(uri: string): QrCode {
  const { size, data } = encode(uri, { border: QUIET_ZONE });
  const rows = data.map((row) => row.map((dark) => (dark ? '#' : ' ')).join(''));
  const path = rows.flatMap((row, y) =>
    Array.from(row.matchAll(/#+/g), ({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`),
  );
  return { size, path: path.join('') };
}

/** In groups of four, to be read off a screen. */
export function inGroups(text: string): string {
  return text.match(/.{1,4}/g)?.join(' ') ?? '';
}

/** The six digits of what was typed: full-width ones count, and spaces do not. Undefined when it is no code. */
export function readTotpCode(typed: string): string | undefined {
  const digits = typed.normalize('NFKC').replace(/[\s-]/g, '');
  return /^[0-9]{6}$/.test(digits) ? digits : undefined;
}

/** The steps around now whose code this is, the oldest first; nearly always one or none. */
export function stepsOf(secret: string, code: string): number[] {
  const parsed = Secret.fromBase32(secret);
  const present = Math.floor(now().getTime() / 1000 / SHAPE.period);
  return DRIFT.map((drift) => present + drift).filter((step) => {
    const timestamp = step * SHAPE.period * 1000;
    return equalInConstantTime(TOTP.generate({ ...SHAPE, secret: parsed, timestamp }), code);
  });
}
