import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Where the proxy in front of us tells the certificate of a client. */
export interface CertificateHeaders {
  certificate_header: string;
  /** `SUCCESS` when it checked that an authority vouches for it. */
  verified_header: string;
}

/** A certificate whose key the client holds: TLS has proven that to the proxy. */
export interface ClientCertificate {
  certificate: X509Certificate;
  /** Whether an authority that the proxy trusts vouches for it. */
  verified: boolean;
}

const LONGEST = 16_384;

/**
 * The certificate of the client, as the proxy tells it; undefined without one, for one that cannot be read, and for a header
 * that came twice: of two, one is not the proxy's. The caller knows that there is a proxy, which sets or removes both headers.
 */
export function clientCertificate(request: IncomingMessage, names: CertificateHeaders): ClientCertificate | undefined {
  const text = onlyOne(request, names.certificate_header);
  const encoded = text === undefined || text.length > LONGEST ? undefined : toEncoded(text.trim());
  if (encoded === undefined) return undefined;
  const verified = onlyOne(request, names.verified_header) === 'SUCCESS';
  try {
    return { certificate: new X509Certificate(encoded), verified };
  } catch {
    return undefined;
  }
}

function onlyOne({ headersDistinct }: IncomingMessage, name: string): string | undefined {
  const values = headersDistinct[name] ?? [];
  return values.length === 1 ? values[0] : undefined;
}

/** PEM or DER out of what proxies write. */
function toEncoded(text: string): string | Buffer | undefined {
  // RFC 9440 2.1: a byte sequence.
  const bytes = /^:([A-Za-z0-9+/]+=*):$/.exec(text)?.[1];
  if (bytes !== undefined) return Buffer.from(bytes, 'base64');
  // Envoy writes names of the certificate beside it as they are: one of them may pretend to be a second certificate.
  if (text.split('Cert=').length > 2) return undefined;
  // Envoy and Istio: one element, and a comma would begin the next one.
  const element = /^(?:[^",]|"[^"]*")*\bCert="([^"]+)"(?:[^",]|"[^"]*")*$/.exec(text)?.[1];
  return pem(element ?? text);
}

function pem(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text);
    return decoded.startsWith('-----BEGIN CERTIFICATE-----') ? decoded : undefined;
  } catch {
    return undefined;
  }
}
