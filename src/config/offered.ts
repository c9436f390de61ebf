import { switchedOff, toMetadata } from '../clients/index.ts';
import {
  authenticationMethods,
  certificateMethods,
  grantSwitches,
  responseTypes,
  type ProtocolSettings,
} from '../oidc/index.ts';
import type { Known } from './known.ts';
import type { Finding } from './rules.ts';

/** Values of client metadata that a switch of the protocol offers or not. */
interface Offered {
  key: 'grant_types' | 'response_types' | 'subject_type' | 'token_endpoint_auth_method';
  /** The switch under which a value would be offered; undefined for one that is, or that nobody knows. */
  switchOf(value: string, protocol: ProtocolSettings): string | undefined;
}

const isOneOf = (values: readonly string[], value: string) => values.includes(value);

const offers: Offered[] = [
  { key: 'grant_types', switchOf: (value, protocol) => grantSwitches(protocol).get(value) },
  {
    key: 'response_types',
    switchOf(value, { response_types: served }) {
      const inOrder = value.split(' ').toSorted().join(' ');
      return isOneOf(responseTypes, inOrder) && !isOneOf(served, inOrder) ? 'response_types' : undefined;
    },
  },
  {
    key: 'subject_type',
    switchOf: (value, { pairwise_subjects: on }) => (value === 'pairwise' && !on ? 'pairwise_subjects' : undefined),
  },
  {
    key: 'token_endpoint_auth_method',
    switchOf(value, { client_authentication: methods, mutual_tls: tls }) {
      if (isOneOf(certificateMethods, value)) return tls ? undefined : 'mutual_tls';
      return isOneOf(authenticationMethods, value) && !isOneOf(methods, value) ? 'client_authentication' : undefined;
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
