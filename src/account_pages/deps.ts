import type { Accounts } from '../accounts/index.ts';
import type { Oidc } from '../oidc/index.ts';
import type { Web } from '../web/index.ts';

/** What the frame of the account pages stands on. */
export interface FrameDeps {
  issuer: string;
  web: Web;
  oidc: Pick<Oidc, 'session'>;
  accounts: Pick<Accounts, 'find'>;
  /** Whether the account has a factor of its own: then nothing weaker counts as a fresh sign-in. */
  hasOwnFactor(accountId: string): Promise<boolean>;
  /** Whether it has an authenticator app: then a sensitive change takes a code of it, too. A passkey proves both at once. */
  hasTotp(accountId: string): Promise<boolean>;
  /** Keys the state of the sign-in that leads to an account page. */
  stateKey: Buffer;
}
