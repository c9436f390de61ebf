import type { Accounts } from '../accounts/index.ts';
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
  upstreams: Pick<Upstreams, 'list' | 'begin'>;
  clients: Pick<Clients, 'list'>;
  oidc: Pick<
    Oidc,
    'session' | 'sessionsOf' | 'endSession' | 'endOtherSessions' | 'grantsOf' | 'revokeGrant' | 'endEverythingOf'
  >;
  events: Pick<Events, 'activityOf' | 'record'>;
  /** Mails the account's own address a way to a new password, where it may have one. */
  startReset(accountId: string, asked: { locale: Tag }): Promise<unknown>;
  frame: AccountFrame;
  /** The cards of the factor rooms, in the order of the security page. */
  cards: readonly ((accountId: string) => Promise<(t: Translate) => SecurityCard>)[];
}
