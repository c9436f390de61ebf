import { switchedOff, toMetadata } from '../clients/index.ts';
import { grantSwitches, type ProtocolSettings } from '../oidc/index.ts';
import type { Known } from './known.ts';
import type { Finding } from './rules.ts';

/** Values of client metadata that a switch of the protocol offers or not. */
interface Offered {
  key: 'grant_types' | 'response_types' | 'subject_type' | 'token_endpoint_auth_method';
  /** The switch under which a value would be offered; undefined for one that is, or that nobody knows. */
  switchOf(value: string, protocol: ProtocolSettings): string | undefined;
}

const RESPONSE_TYPES = [
  'code',
  'id_token',
  'id_token token',
  'code id_token',
  'code token',
  'code id_token token',
  'none',
];
const SECRETLESS = ['tls_client_auth', 'self_signed_tls_client_auth'];
const METHODS = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none'];

const offers: Offered[] = [
  { key: 'grant_types', switchOf: (value, protocol) => grantSwitches(protocol).get(value) },
  {
    key: 'response_types',
    switchOf(value, { response_types: types }) {
      const inOrder = value.split(' ').toSorted().join(' ');
      return RESPONSE_TYPES.includes(inOrder) && !(types as readonly string[]).includes(inOrder)
        ? 'response_types'
        : undefined; // text is text
    },
  },
  {
    key: 'subject_type',
    switchOf: (value, { pairwise_subjects: on }) => (value === 'pairwise' && !on ? 'pairwise_subjects' : undefined),
  },
  {
    key: 'token_endpoint_auth_method',
    switchOf(value, { client_authentication: methods, mutual_tls: tls }) {
      if (SECRETLESS.includes(value)) return tls ? undefined : 'mutual_tls';
      const isOff = METHODS.includes(value) && !(methods as readonly string[]).includes(value); // text is text
      return isOff ? 'client_authentication' : undefined;
    },
  },
];

/** What clients want, by their type or their own word, that the protocol of this issuer does not offer. */
export function offeredFindings({ clients }: Pick<Known, 'clients'>, protocol: ProtocolSettings): Finding[] {
  return clients.flatMap(({ index, ...client }) => {
    const metadata = toMetadata({ ...client, exchange: undefined }); // a key of a switch of its own
    return offers.flatMap(({ key, switchOf }) => {
      const wanted: unknown[] = [metadata[key]].flat();
      return wanted.flatMap((value, position) => {
        const name = typeof value === 'string' ? switchOf(value, protocol) : undefined;
        const inner = Array.isArray(client[key]) ? [position] : [];
        return name === undefined ? [] : [{ path: ['clients', index, key, ...inner], ...switchedOff(name) }];
      });
    });
  });
}
