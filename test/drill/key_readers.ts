import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';

/** An app that verifies our tokens with the key set that it last fetched. */
export interface Reader {
  takes(jwt: string): Promise<boolean>;
  /** The kids that are published now. */
  fresh(): Promise<string[]>;
}

interface ReadersDeps {
  keySet(reader: number): Promise<JSONWebKeySet>;
  /** Seconds since 1970, as the servers have them. */
  now(): number;
  issuer: string;
}

const KEPT_SECONDS = 600;

/** Ten apps that keep the key set for ten minutes and ask for no other one before: what the worst of them do. */
export function createReaders({ keySet, now, issuer }: ReadersDeps): Reader[] {
  return Array.from({ length: 10 }, (_, index) => {
    let kept: { keys: ReturnType<typeof createLocalJWKSet>; at: number } | undefined;
    return {
      async takes(jwt) {
        if (!kept || now() - kept.at >= KEPT_SECONDS)
          kept = { keys: createLocalJWKSet(await keySet(index)), at: now() };
        const options = { issuer, currentDate: new Date(now() * 1000) };
        return jwtVerify(jwt, kept.keys, options).then(
          () => true,
          () => false,
        );
      },
      fresh: async () => (await keySet(index)).keys.flatMap(({ kid }) => kid ?? []),
    };
  });
}
