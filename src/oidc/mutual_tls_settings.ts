import { z } from 'zod';

/** None that means something else: what it says is taken from the request and never passed on. */
const header = (fallback: string) =>
  z
    .string()
    .regex(
      /^(?:x-|ssl-)[a-z0-9-]{1,60}$|^client-cert$/,
      'a header in lower case that begins with x- or ssl-, or client-cert',
    )
    .default(fallback);

/** The ways in which a client proves who it is by a certificate (RFC 8705 2). */
export const certificateMethods = ['tls_client_auth', 'self_signed_tls_client_auth'] as const;

/** What `protocol.mutual_tls` may say. The proxy in front of us ends TLS: only it may set the two headers, on every request. */
export const mutualTlsSettings = z.strictObject({
  certificate_header: header('x-client-certificate').describe(
    'Where the proxy tells the certificate: PEM in URL encoding, as Client-Cert (RFC 9440) or as X-Forwarded-Client-Cert.',
  ),
  verified_header: header('x-client-verified').describe(
    'Where it says SUCCESS when an authority of yours vouches for the certificate; tls_client_auth takes no other.',
  ),
  methods: z
    .array(z.enum(certificateMethods))
    .default([...certificateMethods])
    .describe('How clients may prove who they are by it; none: it only binds tokens.'),
  endpoints: z
    .string()
    .refine(isOrigin, 'an https origin without a path')
    .optional()
    .describe('The origin under which the proxy asks for certificates, when that is not the issuer (RFC 8705 5).'),
});

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.origin === text;
}
