import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** Client metadata that names who a certificate is for (RFC 8705 2.1.2), with the kind of alternative name it is about. */
const ALTERNATIVES: Record<string, string> = {
  tls_client_auth_san_dns: 'DNS',
  tls_client_auth_san_uri: 'URI',
  tls_client_auth_san_ip: 'IP Address',
  tls_client_auth_san_email: 'email',
};

/** The names under which `metadata` may expect a certificate; `tls_client_auth_subject_dn` is the only other one. */
export const certificateNames: readonly string[] = ['tls_client_auth_subject_dn', ...Object.keys(ALTERNATIVES)];

/** Whether a certificate is for whom a client's metadatum says. What cannot be read without doubt is nobody's. */
export function isFor(certificate: X509Certificate, metadatum: string, expected: string): boolean {
  if (metadatum === 'tls_client_auth_subject_dn') {
    // Node tells the parts in the order of the certificate and escaped (RFC 4514 2.4); the text begins with the last one.
    const parts = certificate.subject.split('\n').toReversed();
    return isSame(parts, splitName(expected));
  }
  const kind = ALTERNATIVES[metadatum];
  if (kind === undefined) return false;
  return alternativesOf(certificate, kind).some((name) =>
    kind === 'IP Address' ? sameAddress(name, expected) : name === expected,
  );
}

/** Node writes a value with a comma or a quote in it as a JSON string: such a name is no one's. */
function alternativesOf({ subjectAltName = '' }: X509Certificate, kind: string): string[] {
  if (subjectAltName.includes('"')) return [];
  return subjectAltName
    .split(', ')
    .filter((name) => name.startsWith(`${kind}:`))
    .map((name) => name.slice(kind.length + 1));
}

/** The parts of a distinguished name: a comma behind a backslash ends none. */
function splitName(name: string): string[] {
  return name.split(/(?<!\\),\s*/).map((part) => part.trim());
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((part, index) => withKind(part) === withKind(right[index] ?? ''));
}

/** Names of attributes are the same in either case (RFC 4514 3), values are not. */
function withKind(part: string): string {
  const [kind = '', ...value] = part.split('=');
  return `${kind.trim().toUpperCase()}=${value.join('=').trim()}`;
}

function sameAddress(left: string, right: string): boolean {
  return isIP(left) !== 0 && isIP(left) === isIP(right) && canonical(left) === canonical(right);
}

function canonical(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname : address;
}
