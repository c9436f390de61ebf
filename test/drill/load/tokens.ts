import { credentialsOf } from './apps.ts';
import type { Asking, TokenAnswer } from './asking.ts';
import { Unanswered, type Journal } from './journal.ts';
import { doubt, endFamilies, takeBackConsent, type AppUse, type Family, type Person } from './person.ts';
import type { Code } from './visits.ts';

/** What apps do with what they were given. Whatever is acknowledged is noted; each rejects with Unanswered where an answer is lost. */
export interface Tokens {
  redeem(person: Person, use: AppUse, code: Code): Promise<void>;
  /** Presents the newest refresh token of a family; whether it was taken. */
  rotate(person: Person, use: AppUse, family: Family): Promise<boolean>;
  /** Revokes a token of the app, with which all others of the person end. */
  revoke(use: AppUse, token: string): Promise<void>;
  /** Presents something that must not be taken, and ends what hangs on it. True when it was refused. */
  isRefused(use: AppUse, grant: { refresh: string } | { code: string; verifier: string }): Promise<boolean>;
  isActive(use: AppUse, token: string): Promise<boolean>;
}

/** Over one issuer. */
export function createTokens({
  issuer,
  asking,
  journal,
}: {
  issuer: string;
  asking: Asking;
  journal: Journal;
}): Tokens {
  const ask = (use: AppUse, fields: Record<string, string>): Promise<TokenAnswer> =>
    asking.post(`${issuer}/oidc/token`, fields, credentialsOf(use.app));
  const withRefresh = (refresh: string) => ({ grant_type: 'refresh_token', refresh_token: refresh });
  const withCode = (use: AppUse, { code, verifier }: { code: string; verifier: string }) => ({
    grant_type: 'authorization_code',
    redirect_uri: use.app.redirectUri,
    code,
    code_verifier: verifier,
  });
  return {
    async redeem(person, use, code) {
      const { status, json } = await ask(use, withCode(use, code));
      if (status !== 200) {
        journal.wrong.push(`${person.email}: a new code for ${use.app.id} is refused: ${String(json['error'])}`);
        return;
      }
      journal.note('redemption');
      use.usedCodes.push({ code: code.code, verifier: code.verifier });
      const { refresh_token: refresh, access_token: access } = json;
      use.families.push({
        browser: code.browser,
        refresh: String(refresh),
        access: String(access),
        used: [],
        sure: true,
      });
    },
    async rotate(person, use, family) {
      const wasSure = family.sure;
      // Without an answer nobody knows whether the old one is used up by now: presented again it may be reuse.
      family.sure = false;
      const { status, json } = await ask(use, withRefresh(family.refresh));
      if (status === 200) {
        journal.note('rotation');
        family.used.push(family.refresh);
        family.refresh = String(json['refresh_token']);
        family.access = String(json['access_token']);
        family.sure = true;
        return true;
      }
      if (wasSure) {
        const why = `${String(json['error'])} ${String(json['error_description'])}`;
        journal.wrong.push(`${person.email}: the newest refresh token of ${use.app.id} is refused: ${why}`);
      }
      // It ended, or this was reuse, by which everything with this app ends.
      endFamilies(use, 'a refusal', [family]);
      doubt(use);
      return false;
    },
    async revoke(use, token) {
      use.revoking = token;
      doubt(use);
      const { status } = await asking.post(`${issuer}/oidc/revoke`, { token }, credentialsOf(use.app));
      if (status !== 200) throw new Unanswered(`a revocation was answered with ${status}`);
      use.revoking = undefined;
      journal.note('revocation');
      endFamilies(use, 'a revocation');
    },
    async isRefused(use, grant) {
      const { status } = await ask(use, 'refresh' in grant ? withRefresh(grant.refresh) : withCode(use, grant));
      endFamilies(use, 'reuse');
      takeBackConsent(use);
      return status === 400;
    },
    async isActive(use, token) {
      const { json } = await asking.post(`${issuer}/oidc/introspect`, { token }, credentialsOf(use.app));
      return json['active'] === true;
    },
  };
}
