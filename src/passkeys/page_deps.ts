import type { Knex } from 'knex';
import type { Context } from 'koa';
import type { Account, Accounts } from '../accounts/index.ts';
import type { Level } from '../clients/index.ts';
import type { Database } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import type { TextKey } from '../locales/index.ts';
import type { Mail } from '../mail/index.ts';
import type { Session } from '../oidc/index.ts';
import type { Page, Web } from '../web/index.ts';
import type { Accepted, Passkey, Passkeys } from './door.ts';

/** Who looks at a page of their account. */
export interface Person {
  session: Session;
  account: Account;
}

/** What a page reads while the account itself is read. */
export type Loaded = [listed: Passkey[], accepted: Accepted | undefined];

/** The frame of the account pages, as far as this room needs it: account_pages, which has it, stands above. */
export interface AccountFrame {
  page(page: {
    path: string;
    load(session: Session, ctx: Context): Promise<Loaded>;
    show(ctx: Context, person: Person, data: Loaded): Promise<void>;
  }): void;
  form(form: {
    path: string;
    fresh?: boolean;
    page: string;
    submit(ctx: Context, person: Person, fields: Record<string, string>): Promise<void>;
  }): void;
  render(
    ctx: Context,
    person: Person,
    page: Omit<Page, 'wide'> & { tab: 'security'; notes?: Record<string, TextKey> },
  ): Promise<void>;
  done(ctx: Context, path: string, note: string): void;
}

/** What the pages work with. */
export interface PasskeyPagesDeps {
  issuer: string;
  database: Database;
  web: Web;
  accounts: Pick<Accounts, 'hold' | 'find' | 'hasWayIn' | 'dropProofs'>;
  passkeys: Passkeys;
  mail: Pick<Mail, 'wake'>;
  record: RecordEvent;
  frame: AccountFrame;
  /** Whether the account has a second factor that is no passkey. */
  hasOtherSecondFactor(within: Knex, accountId: string): Promise<boolean>;
  /** The last second factor is gone: the account stops asking for one, and what stands in for it goes along. */
  endSecondStep(within: Knex, person: Person): Promise<void>;
  /** What everybody must prove at least. */
  required(): Level;
}
