import { createCookieSigner } from '../../../src/web/cookie_signer.ts';
import { sha256 } from '../../../src/kit/random.ts';

/** How many rows of each kind were laid in, and what signs cookies there. */
export interface Seeds {
  rows: number;
  cookieKey: string;
}

/** What somebody presents, drawn at random over all who were laid in. */
export interface SeededKeys {
  /** A Cookie line. */
  cookie(): string;
  accessToken(): string;
  /** One that nobody else has meanwhile; `put` takes the one that came for it. */
  refreshToken(): { token: string; put(next: string): void };
  /** The address of an account, whose password is that of all people of tests. */
  address(): string;
}

/** What makes the secrets of a kind as long as the server's own, by which it tells them apart. */
export const ENDINGS: Record<string, string> = { access_token: 'a', client_credentials: 'cc', refresh_token: 'rrr' };

/** The secret of the n-th row of a kind; seed.ts makes the same one in SQL. */
export function secretOf(kind: string, n: number): string {
  return sha256(`${kind}:${n}`) + (ENDINGS[kind] ?? '');
}

/** The address of the n-th account. */
export function addressOf(n: number): string {
  return `seeded-${n}@example.com`;
}

/** The keys to what seed.ts has laid in. */
export function seededKeys({ rows, cookieKey }: Seeds): SeededKeys {
  const { sign } = createCookieSigner(() => [cookieKey]);
  const any = () => Math.floor(Math.random() * rows);
  const rotated = new Map<number, string>();
  const away = new Set<number>();
  return {
    cookie() {
      const pair = `gatehouse_session=${secretOf('session', any())}`;
      return `Cookie: ${pair}; gatehouse_session.sig=${sign(pair)}`;
    },
    accessToken: () => secretOf('access_token', any()),
    refreshToken() {
      let n = any();
      while (away.has(n)) n = any();
      away.add(n);
      return {
        token: rotated.get(n) ?? secretOf('refresh_token', n),
        put(next) {
          rotated.set(n, next);
          away.delete(n);
        },
      };
    },
    address: () => addressOf(any()),
  };
}
