import { domainToASCII, domainToUnicode } from 'node:url';

/** An e-mail address in two forms: `canonical` identifies (unique among accounts), `stored` is where mail goes. */
export interface Address {
  canonical: string;
  stored: string;
}

const LOCAL = /^[^\s@<>()[\]\\,;:"\p{C}\p{Z}]{1,64}$/u;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Parses what a person or an upstream gave as an address: trims, refuses whatever NFKC would change beyond case (so that
 * look-alikes cannot pass for another), lower-cases, and puts the domain into IDNA ASCII. Undefined when it is not one
 * plain address. ASVS 5.0 1.2.10.
 */
export function parseAddress(input: string): Address | undefined {
  const typed = input.trim();
  const text = typed.normalize('NFC');
  if (text.length > 254 || INVISIBLE.test(text)) return undefined;
  // Composed or decomposed is one spelling; a sign that NFC replaces (Kelvin, Angstrom) is another letter's look-alike.
  if (text !== typed && typed.normalize('NFD') !== typed) return undefined;
  const at = text.indexOf('@');
  if (at < 1 || at !== text.lastIndexOf('@')) return undefined;
  const local = text.slice(0, at);
  if (!LOCAL.test(local) || local.normalize('NFKC') !== local || !keepsLength(local)) return undefined;
  const domain = asciiDomain(text.slice(at + 1));
  if (domain === undefined) return undefined;
  return { canonical: `${local.toLowerCase()}@${domain}`, stored: `${local}@${domain}` };
}

/** A domain as canonical addresses have it, from how an admin wrote it: in any case or script, with or without the last dot. */
export function parseDomain(input: string): string | undefined {
  return asciiDomain(input.trim().normalize('NFC').replace(/\.$/, ''));
}

function asciiDomain(typed: string): string | undefined {
  if (typed.normalize('NFKC') !== typed) return undefined;
  const lower = typed.toLowerCase();
  const domain = domainToASCII(lower);
  // IDNA drops and replaces characters of its own, such as the ideographic full stop.
  return DOMAIN.test(domain) && (domain === lower || domainToUnicode(domain) === lower) ? domain : undefined;
}

/** Case mapping that changes the length, or does not come back, makes two spellings of one letter (dotted I, sharp s, Kelvin sign). */
function keepsLength(local: string): boolean {
  const lower = local.toLowerCase();
  return lower.length === local.length && lower.toUpperCase().toLowerCase() === lower;
}

/** An address for the eye only: `m•••@example.com`. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return `${[...address][0] ?? ''}•••${address.slice(at)}`;
}

/** The part after the @. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
