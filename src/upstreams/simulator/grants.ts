import { epochSeconds } from '../../kit/clock.ts';
import { secretToken, sha256 } from '../../kit/random.ts';
import type { Persona } from './persona.ts';

/** What a person agreed to. */
export interface Grant {
  persona: Persona;
  redirectUri: string;
  scope: string[];
  nonce?: string | undefined;
  /** PKCE, S256 only. */
  challenge?: string | undefined;
}

/** What came of a code. */
export type Redemption =
  | { ok: true; grant: Grant }
  | { ok: false; reason: 'unknown' | 'used' | 'expired' | 'redirect_uri' | 'verifier' };

const CODE_SECONDS = 600;
const TOKEN_SECONDS = 3600;

/** The codes and tokens of one simulated provider, and who agreed before, in memory. */
export function createGrants(codeSeconds = CODE_SECONDS) {
  const codes = new Map<string, { grant: Grant; until: number; used: boolean }>();
  const tokens = new Map<string, { grant: Grant; until: number }>();
  const refreshTokens = new Set<string>();
  const agreed = new Set<string>();
  return {
    /** Notes that a person agreed; true for the first time. */
    consent(subject: string): boolean {
      const isFirst = !agreed.has(subject);
      agreed.add(subject);
      return isFirst;
    },
    /** A code for this grant: single use, ten minutes unless the provider is quicker. */
    issueCode(grant: Grant): string {
      const code = `4/${secretToken()}`;
      codes.set(code, { grant, until: epochSeconds() + codeSeconds, used: false });
      return code;
    },
    /** Redeems a code once; a wrong redirect URI or verifier uses it up as well. */
    redeem(code: string, redirectUri: string | null, verifier: string | null): Redemption {
      const entry = codes.get(code);
      if (!entry) return { ok: false, reason: 'unknown' };
      if (entry.used) return { ok: false, reason: 'used' };
      entry.used = true;
      if (entry.until < epochSeconds()) return { ok: false, reason: 'expired' };
      if (entry.grant.redirectUri !== redirectUri) return { ok: false, reason: 'redirect_uri' };
      // A verifier without a challenge is a downgrade, RFC 9700 2.1.1.
      const { challenge } = entry.grant;
      if (challenge === undefined ? verifier !== null : verifier === null || sha256(verifier) !== challenge) {
        return { ok: false, reason: 'verifier' };
      }
      return { ok: true, grant: entry.grant };
    },
    issueToken(prefix: string, grant: Grant): string {
      const token = `${prefix}${secretToken()}`;
      tokens.set(token, { grant, until: epochSeconds() + TOKEN_SECONDS });
      return token;
    },
    /** Kept only so that it can be revoked: nobody redeems one here. */
    issueRefreshToken(prefix: string): string {
      const token = `${prefix}${secretToken()}`;
      refreshTokens.add(token);
      return token;
    },
    /** The grant of a live access token. */
    grantOf(token: string): Grant | undefined {
      const entry = tokens.get(token);
      return entry && entry.until >= epochSeconds() ? entry.grant : undefined;
    },
    /** Ends an access or refresh token; false when it was none. */
    revoke: (token: string): boolean => tokens.delete(token) || refreshTokens.delete(token),
  };
}

/** What one simulated provider has given out. */
export type Grants = ReturnType<typeof createGrants>;
