import type { Accounts, SelfService } from '../accounts/index.ts';
import type { Clients } from '../clients/index.ts';
import type { Events } from '../events/index.ts';
import type { Tag, Translate } from '../locales/index.ts';
import type { Oidc } from '../oidc/index.ts';
import type { Upstreams } from '../upstreams/index.ts';
import type { Web } from '../web/index.ts';
import type { AccountFrame } from './frame.ts';

/** One factor, as the security page shows it: each factor room brings its own. */
export interface SecurityCard {
  title: string;
  text: string;
  action?: { label: string; href: string };
}

/** What the pages work with. */
export interface AccountPagesDeps {
  web: Web;
  accounts: Accounts;
  upstreams: Pick<Upstreams, 'list' | 'nameOf' | 'begin'>;
  clients: Pick<Clients, 'list'>;
  oidc: Pick<
    Oidc,
    | 'session'
    | 'sessionsOf'
    | 'endSession'
    | 'endOtherSessions'
    | 'grantsOf'
    | 'appsOf'
    | 'revokeGrant'
    | 'requestsOf'
    | 'answerRequest'
    | 'endEverythingOf'
  >;
  events: Pick<Events, 'activityOf' | 'ofAccount' | 'record'>;
  /** Mails the account's own address a way to a new password, where it may have one. */
  /** Ends everything that is open and takes the password away, in one transaction. */
  shutOut(accountId: string): Promise<void>;
  startReset(accountId: string, asked: { reference: string; locale: Tag }): Promise<unknown>;
  /** Trusts no browser of the account any more, but this one. */
  distrustOthers(accountId: string, browserHash: string | undefined): Promise<void>;
  frame: AccountFrame;
  selfService: SelfService;
  /** Seconds for which people can take back that they deleted their account; 0 is not at all. */
  deletionGrace: () => number;
  /** What other rooms keep about an account, for its person's copy: by name, never a hash or a secret. */
  holdings: Readonly<Record<string, (accountId: string) => Promise<unknown>>>;
  /** The cards of the factor rooms, in the order of the security page. */
  cards: readonly ((accountId: string) => Promise<(t: Translate) => SecurityCard>)[];
}
