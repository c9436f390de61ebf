import type { Accounts } from '../accounts/index.ts';
import type { RecordEvent } from '../events/index.ts';
import type { Mail } from '../mail/index.ts';
import type { Oidc } from '../oidc/index.ts';
import type { Passwords } from '../passwords/index.ts';
import type { RateLimiter } from '../rate_limits/index.ts';
import type { Upstreams } from '../upstreams/index.ts';
import type { Web } from '../web/index.ts';
import type { SignupPolicy } from './signup_policy.ts';

/** What the steps of a sign-in work with. */
export interface SignInDeps {
  issuer: string;
  web: Web;
  oidc: Oidc;
  accounts: Accounts;
  passwords: Passwords;
  upstreams: Upstreams;
  mail: Mail;
  limits: RateLimiter;
  record: RecordEvent;
  signup: SignupPolicy;
}
