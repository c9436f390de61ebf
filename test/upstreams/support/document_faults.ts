import type { Faults } from './lies.ts';

/** Faults of a published key set, by name. What goes wrong on the line is in transport_faults.ts. */
export const keySetFaults = {
  empty: keys(() => []),
  /** Keys that do not say what they are for. */
  unlabelled: keys((all) => all.map(({ use: _use, alg: _alg, ...key }) => key)),
  /** Keys without a name. */
  nameless: keys((all) => all.map(({ kid: _kid, ...key }) => key)),
  /** The right names on keys that cannot be read. */
  garbage: keys((all) => all.map((key) => ({ ...key, n: '!', x: '!' }))),
};

/** Faults of a discovery document, by name. */
export const discoveryFaults = {
  /** As Apple did for a day in June 2025. */
  issuerChanged: document({ issuer: 'https://account.apple.com' }),
  plainHttp: document({ token_endpoint: 'http://login.example/token' }),
  otherHost: document({ token_endpoint: 'https://elsewhere.example/token' }),
  withoutKeys: document({ jwks_uri: undefined }),
  withoutPkce: document({ code_challenge_methods_supported: [] }),
};

type Keys = Parameters<NonNullable<Faults['keySet']>>[0]['keys'];

function keys(change: (keys: Keys) => Keys): Faults {
  return { keySet: (set) => ({ keys: change(set.keys) }) };
}

function document(change: Record<string, unknown>): Faults {
  return { discovery: (own) => ({ ...own, ...change }) };
}
