import { createHmac, hash, randomBytes, randomInt, timingSafeEqual, type KeyObject } from 'node:crypto';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** An unguessable value of 256 bits as base64url, for whatever lets someone in. */
export function secretToken(): string {
  return randomBytes(32).toString('base64url');
}

/** A new account id and `sub`: 128 random bits as 22 characters of base64url, never derived from anything. */
export function accountId(): string {
  return randomBytes(16).toString('base64url');
}

/** A reference for people to read out: ten Crockford base32 characters in two groups, like `7F3K2-92QDM`. */
export function reference(): string {
  const characters = crockford(10);
  return `${characters.slice(0, 5)}-${characters.slice(5)}`;
}

/** Random characters of Crockford's base32, five bits each: none looks like another one. */
export function crockford(length: number): string {
  return Array.from({ length }, () => CROCKFORD[randomInt(32)]).join('');
}

/** A code of eight digits for a mail. It is short: whoever checks it must also count the tries. */
export function mailedCode(): string {
  return randomInt(100_000_000).toString().padStart(8, '0');
}

/** SHA-256 as base64url: how bearer values are stored. */
export function sha256(value: string): string {
  return hash('sha256', value, 'base64url');
}

/** HMAC-SHA-256 as base64url. A `KeyObject` costs a seventh of the same key in a Buffer. */
export function hmac(key: string | Buffer | KeyObject, value: string): string {
  return createHmac('sha256', key).update(value).digest('base64url');
}

/** Compares two strings in time that does not depend on where they differ. */
export function equalInConstantTime(left: string, right: string): boolean {
  return timingSafeEqual(hash('sha256', left, 'buffer'), hash('sha256', right, 'buffer'));
}
