import { OutboundError } from '../../outbound/index.ts';
import { UpstreamFailure } from '../failure.ts';

interface Mend {
  says: string;
  mend: string;
}

/** Nothing that we could do. */
export const WAIT = 'try again later, or ask whoever runs it';
const DOWN: Mend = { says: 'has trouble of its own', mend: WAIT };

const unreachable: Record<OutboundError['reason'], Mend> = {
  network: {
    says: 'cannot be reached',
    mend: 'look at the name, DNS and the firewall on the way out',
  },
  tls: {
    says: 'has no certificate that holds',
    mend: 'whoever runs it must mend that; for an authority of your own set NODE_EXTRA_CA_CERTS',
  },
  timeout: { says: 'did not answer in time', mend: 'look at the firewall on the way out, or ask again later' },
  too_large: { says: 'answered with far too much', mend: 'look whether the URL is the right one' },
  redirect: { says: 'answers with a redirect, which is not followed', mend: 'write down where it leads' },
  insecure: { says: 'is not https', mend: 'only https is called, and http on loopback in development mode' },
  address_refused: {
    says: 'has an address that may not be called',
    mend: 'list its network under `outbound.allow` if it is private on purpose',
  },
};

const documents: Record<string, Mend> = {
  issuer_differs: {
    says: 'its discovery document names another issuer',
    mend: '`issuer` must be exactly what the document says, to the last slash',
  },
  not_https: { says: 'its discovery document names a URL that is not https', mend: 'whoever runs it must mend that' },
  loop: { says: 'its discovery document leads back to us', mend: 'an upstream must be somebody else' },
};
const NO_DOCUMENT: Mend = {
  says: 'has no discovery document there',
  mend: 'open <issuer>/.well-known/openid-configuration in a browser: `issuer` is likely to be wrong',
};
const NO_KEYS: Mend = {
  says: 'gives no key set',
  mend: 'ask whoever runs it: its jwks_uri must be a JSON Web Key Set',
};

/** What stood in the way, and what to do about it. Throws again what is our own fault. */
export function mendOf(error: unknown): Mend {
  if (error instanceof OutboundError) return withDetail(unreachable[error.reason], error);
  if (!(error instanceof UpstreamFailure)) throw error;
  if (error.cause instanceof OutboundError) return mendOf(error.cause);
  if (error.reason === 'discovery_refused') return documents[error.upstreamError ?? ''] ?? NO_DOCUMENT;
  return error.reason === 'jwks_unavailable' ? NO_KEYS : DOWN;
}

/** Which host, and the word of the system for it: ENOTFOUND, CERT_HAS_EXPIRED. */
function withDetail({ says, mend }: Mend, error: OutboundError): Mend {
  const code = codeIn(error);
  return { says: `${error.host} ${says}${code ? ` (${code})` : ''}`, mend };
}

function codeIn(error: unknown): string | undefined {
  for (let step = error; typeof step === 'object' && step !== null; step = 'cause' in step ? step.cause : undefined) {
    if ('code' in step && typeof step.code === 'string' && /^[A-Z_0-9]+$/.test(step.code)) return step.code;
  }
  return undefined;
}
