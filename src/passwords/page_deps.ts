import type { Context } from 'koa';
import type { Account, Accounts } from '../accounts/index.ts';
import type { Database } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import type { Mail } from '../mail/index.ts';
import type { Oidc, Session } from '../oidc/index.ts';
import type { RateLimiter } from '../rate_limits/index.ts';
import type { Page, Web } from '../web/index.ts';
import type { Passwords } from './door.ts';

/** Who looks at a page of their account. */
export interface Person {
  session: Session;
  account: Account;
}

/** The frame of the account pages, as far as this room needs it: account_pages, which has it, stands above. */
export interface AccountFrame {
  page<Data>(page: {
    path: string;
    fresh?: boolean;
    load(session: Session, ctx: Context): Promise<Data>;
    show(ctx: Context, person: Person, data: Data): Promise<void>;
  }): void;
  form(form: {
    path: string;
    fresh?: boolean;
    page: string;
    submit(ctx: Context, person: Person, fields: Record<string, string>): Promise<void>;
  }): void;
  render(ctx: Context, person: Person, page: Omit<Page, 'wide'> & { tab: 'security' }): Promise<void>;
  done(ctx: Context, path: string, note: string): void;
}

/** What the pages work with. */
export interface PasswordPagesDeps {
  database: Database;
  web: Web;
  oidc: Pick<Oidc, 'endEverythingOf' | 'endOtherSessions' | 'session'>;
  accounts: Pick<Accounts, 'dropPending' | 'find' | 'hold' | 'lookAtReset' | 'noteKnownBrowser' | 'redeemReset'>;
  passwords: Passwords;
  mail: Pick<Mail, 'queue' | 'wake'>;
  limits: RateLimiter;
  record: RecordEvent;
  frame: AccountFrame;
  /**
   * The sign-in page of the visit that a mailed link was asked for in, as a path; undefined when the visit is over, or this is
   * another browser.
   */
  backToVisit(ctx: Context, resume: string, email?: string): Promise<string | undefined>;
}
