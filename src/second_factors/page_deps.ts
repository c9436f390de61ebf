import type { Context } from 'koa';
import type { Knex } from 'knex';
import type { Account, Accounts, Occasion } from '../accounts/index.ts';
import type { Level } from '../clients/index.ts';
import type { Database } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import type { Sealer } from '../keys/index.ts';
import type { TextKey } from '../locales/index.ts';
import type { Mail } from '../mail/index.ts';
import type { Oidc, Session } from '../oidc/index.ts';
import type { Page, Web } from '../web/index.ts';
import type { EnrolledFactors, SecondFactors } from './door.ts';

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
  render(
    ctx: Context,
    person: Person,
    page: Omit<Page, 'wide'> & { tab: 'security'; notes?: Record<string, TextKey> },
  ): Promise<void>;
  done(ctx: Context, path: string, note: string): void;
}

/** What the pages work with. */
export interface FactorPagesDeps {
  database: Database;
  sealer: Sealer;
  web: Web;
  oidc: Pick<Oidc, 'endOtherSessions' | 'raise'>;
  accounts: Pick<Accounts, 'dropProofs' | 'hold' | 'setSecondStep'>;
  secondFactors: SecondFactors;
  mail: Pick<Mail, 'queue' | 'wake'>;
  record: RecordEvent;
  frame: AccountFrame;
  /** Whether the account has a passkey: the room of those is a sibling. */
  hasPasskey(within: Knex, accountId: string): Promise<boolean>;
  /** What everybody must prove at least. */
  required(): Level;
}

/** What an account has to prove beside its first factor. */
export type Owned = EnrolledFactors & { hasPasskey: boolean };

/** Both rooms are asked at once. */
export async function ownedBy(
  { database, hasPasskey, secondFactors }: Pick<FactorPagesDeps, 'database' | 'hasPasskey' | 'secondFactors'>,
  accountId: string,
): Promise<Owned> {
  const [enrolled, passkey] = await Promise.all([secondFactors.of(accountId), hasPasskey(database.knex, accountId)]);
  return { ...enrolled, hasPasskey: passkey };
}

/** The occasion of a request, for its mails and events. */
export function occasionOf({ web }: Pick<FactorPagesDeps, 'web'>, ctx: Context): Occasion {
  return { locale: web.locale(ctx), reference: web.referenceOf(ctx) };
}
